// What of Tenure's own lies at a place below the state folder, by its name alone. Pure; any thread.
#pragma once
#include <string>

namespace tenure::storage::attestation {

// none: nothing. slots: the key slots. database: the catalogue and its index. log: the catalogue's. random: what is made
// of random bytes or hashes, in which a key slot may be met by chance. other: text and the like.
enum class Own { none, slots, database, log, random, other };
// A name says only what belongs there: whether it is that, its bytes are asked. Not those of a database: a file that
// SQLite has open must be closed by nobody else in the process, for with that its locks go. Its queries say what it is.
Own own_at(const std::string& place);

}  // namespace tenure::storage::attestation
