// The tokens by which a hold finds calls by number: a copy of the catalogue for a backup has none of them.
#include "storage/calls/numbers.h"
#include "storage/holds/hold_rows.h"

namespace tenure::storage {

std::uint64_t Holds::index_numbers() {
  std::uint64_t indexed = 0;
  const auto time = clock_.trusted();
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    for (const auto& hold : load_holds(transaction.db, {file_key_, index_key_}, time))
      for (const auto& number : hold.what.numbers)
        if (const auto token = whole_number_token(index_key_, number)) {
          transaction.db.run("INSERT OR IGNORE INTO hold_number(hold, token) VALUES(?, ?)", hold.id, *token);
          ++indexed;
        }
  });
  return indexed;
}

}  // namespace tenure::storage
