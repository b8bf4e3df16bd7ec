#include "daemon/client/arguments.h"

#include "daemon/client/tool.h"

namespace tenure::client {

Command parse_arguments(const std::vector<std::string>& arguments) {
  Tool tool;
  return tool.parse(arguments);
}

}  // namespace tenure::client
