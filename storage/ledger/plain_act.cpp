#include "storage/ledger/plain_act.h"

#include "storage/catalogue/catalogue_state.h"

namespace tenure::storage {

void note_act(Catalogue& catalogue, Instant at, const Actor& actor, const std::string& act,
              const std::string& subject, const std::string& reason) {
  catalogue.write([&](Catalogue::Transaction& transaction) {
    insert_ledger(transaction.db, ledger_entry(at, actor, act, subject, reason));
  });
}

}  // namespace tenure::storage
