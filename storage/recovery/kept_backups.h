// Which backups there are and the recovery key's public half, a second time outside the catalogue: sealed under the root
// key, beside the policy file. Without it a rebuilt catalogue would not know that copies of keys exist, and an erasure
// would be certified while a backup can undo it (I15, I20). Any thread; blocks on the disk.
#pragma once
#include "storage/catalogue/catalogue.h"

namespace tenure::storage {

namespace sqlite {
class Connection;
}

Path kept_backups_file(const Path& state);
// What the catalogue says now. Durable when it returns; writes nothing when the file says so already. Throws Error{io}.
void keep_backups(Catalogue& catalogue, const Path& state, const Key& root);
// The same as text, which key backups carry; and taken from there, inside a transaction: what it names is there.
std::string backups_text(sqlite::Connection& db);
std::uint64_t take_backups_text(sqlite::Connection& db, const std::string& text);
// For a rebuild, inside its transaction. How many backups it told of; 0 without a file. Throws Error{corrupt}.
std::uint64_t take_kept_backups(sqlite::Connection& db, const Path& state, const Key& root);

}  // namespace tenure::storage
