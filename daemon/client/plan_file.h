// The redaction plan that --plan names, read to be sent to the daemon, which checks what it says.
#pragma once
#include <string>

namespace tenure::client {

// Throws Error{usage} naming --plan, the file, and what is wrong: it is not there, a folder, empty, or over 4 MiB.
std::string read_plan(const std::string& file);

}  // namespace tenure::client
