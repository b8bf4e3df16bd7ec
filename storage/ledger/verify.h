// Derives the whole ledger again and compares: acts to leaves, leaves to tree, tree to every signed checkpoint, details to
// commitments, batches to their roots, files to catalogue. Reads only; shares no code with what writes but the formats.
#pragma once
#include <vector>

#include "base/file.h"
#include "storage/ledger/note.h"

namespace tenure::storage {

class Catalogue;

struct LedgerProblem {
  std::uint64_t entry = 0;  // 0: of no single entry
  std::string what;
};

struct LedgerReport {
  std::uint64_t entries = 0, pruned = 0, erased = 0, checkpoints = 0, batches = 0;
  std::uint64_t signed_through = 0;  // entries under the newest signed checkpoint; those after it have no witness yet
  Digest root{};
  std::vector<LedgerProblem> problems;  // the first bad entry first; at most kMostProblems
  bool sound() const { return problems.empty(); }
};

inline constexpr std::size_t kMostProblems = 20;

struct HistoryParts {
  Catalogue& catalogue;
  Path folder;                      // the files to hold it to
  std::optional<VerifierKey> key;   // may be absent when the private key is lost
  std::uint64_t published = 0;      // so many entries are in the files, and nobody adds to them meanwhile
};
// Acts, tree, files and checkpoints. Returns the entries without detail.
std::vector<std::uint64_t> verify_history(const HistoryParts& parts, LedgerReport& report);
// What erasures excuse, and the batches; in pieces, each a short read.
void verify_meaning(Catalogue& catalogue, const std::vector<std::uint64_t>& without_detail, LedgerReport& report);
// As one JSON object: sound, entries, signed_through, pruned, erased, checkpoints, batches, root, problems [entry, what].
std::string to_json(const LedgerReport& report);
// From files alone, with nothing but the public key: of `folder`/key.vkey when none is given.
LedgerReport verify_files(const Path& folder, std::optional<VerifierKey> key);

}  // namespace tenure::storage
