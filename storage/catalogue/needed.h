// What a rebuild cannot do without: where its disk does not give it, the rebuild is refused with what to do, for it may come
// back. What is damaged is another matter, and each reader's own.
#pragma once
#include <boost/filesystem/exception.hpp>

#include "base/error.h"
#include "base/file.h"

namespace tenure::storage {

struct Needed {
  Path where;
  const char* tells;    // "which backups there are"
  const char* without;  // what follows when it is moved away
};

// Error{refused}: nothing that was there before has changed by then.
[[noreturn]] void refuse_without(const Needed& what, const std::string& cause);

// What `body` returns; Error{io} and what the file system throws become that refusal.
template <typename Body>
auto needing(const Needed& what, const Body& body) {
  try {
    return body();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::io) throw;
    refuse_without(what, error.what());
  } catch (const boost::filesystem::filesystem_error& error) {
    refuse_without(what, error.what());
  }
}

}  // namespace tenure::storage
