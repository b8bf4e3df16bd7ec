// A signature by the ledger's key over bytes that are no checkpoint: a report that leaves the machine. Any thread; reads
// the key from the disk each time.
#pragma once
#include "base/file.h"
#include "storage/ledger/note.h"

namespace tenure::storage {

struct ReportSignature {
  Signature signature{};
  std::string key_pem;  // the public key
};

// `state` is the state folder. Throws Error{refused} with what to do when the key is missing or cannot be opened.
ReportSignature sign_report(const Path& state, View bytes);

}  // namespace tenure::storage
