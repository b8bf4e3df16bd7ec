#include "storage/catalogue/needed.h"

namespace tenure::storage {

void refuse_without(const Needed& what, const std::string& cause) {
  throw Error(ErrorKind::refused,
              "Not rebuilt: " + what.where.string() + ", which tells " + what.tells +
                  ", cannot be read. Look at its disk and at whose it is, or put it back from a backup of the data, then "
                  "rebuild again. To go on without it move it away: " + what.without + ".",
              cause);
}

}  // namespace tenure::storage
