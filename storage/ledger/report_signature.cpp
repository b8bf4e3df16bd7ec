#include "storage/ledger/report_signature.h"

#include "base/error.h"
#include "storage/keys/key_slots.h"
#include "storage/keys/root_key.h"
#include "storage/ledger/signing_key.h"

namespace tenure::storage {

ReportSignature sign_report(const Path& state, View bytes) {
  if (read_note(as_text(bytes), {})) throw Error(ErrorKind::internal, "A checkpoint is not signed as a report.");
  auto given = load_key_encryption_keys(state);
  auto wrapping = RootKeyFiles(state / "keys").open(given).root;
  auto key = load_signing_key(state, state / "ledger", wrapping, /*may_make=*/false);
  ReportSignature made{sign(key, bytes), public_key_pem(verifier_of(key).key)};
  wipe(key.seed);
  wipe(wrapping);
  for (auto& one : given) wipe(one);
  return made;
}

}  // namespace tenure::storage
