#include "daemon/client/ledger_files.h"

#include "base/error.h"
#include "storage/ledger/verify.h"

namespace tenure::client {

std::string verify_ledger_files(const std::string& folder, const std::string& key) {
  std::optional<storage::VerifierKey> known;
  if (!key.empty()) {
    const auto text = key.find('+') != std::string::npos ? key : std::string(as_text(read_whole(key, 4096)));
    known = storage::parse_verifier_key(text);
    if (!known) throw Error(ErrorKind::usage, "--key: is no verifier key (NAME+hash+base64) and no file that holds one");
  }
  return storage::to_json(storage::verify_files(folder, known));
}

}  // namespace tenure::client
