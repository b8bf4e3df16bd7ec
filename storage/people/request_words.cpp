#include "storage/people/request_words.h"

#include "storage/catalogue/catalogue_state.h"

namespace tenure::storage {

void keep_request_words(Catalogue& catalogue, const ApprovalId& id, const std::string& words) {
  catalogue.write([&](Catalogue::Transaction& transaction) {
    transaction.db.run("INSERT OR REPLACE INTO approval_words(approval, words) VALUES(?, ?)", id, words);
  });
}

std::optional<std::string> request_words(Catalogue& catalogue, const ApprovalId& id) {
  return catalogue.state().read([&](sqlite::Connection& db) -> std::optional<std::string> {
    auto query = db.query("SELECT words FROM approval_words WHERE approval = ?", id);
    if (!query.step()) return std::nullopt;
    return query.text(0);
  });
}

}  // namespace tenure::storage
