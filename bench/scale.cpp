// Tenure at the size of a practice: 16 cameras for 28 days and 330,000 calls, or a ledger of many entries.
// bench_scale sweep FOLDER | attest FOLDER | policy FOLDER | ledger FOLDER ENTRIES. FOLDER is made and left behind.
#include "bench/scale.h"

#include <fmt/format.h>

#include "base/error.h"

int main(int count, char** words) {
  const std::vector<std::string> args(words + 1, words + count);
  try {
    if (args.size() == 2 && args[0] == "sweep") return tenure::bench::sweep(args[1]), 0;
    if (args.size() == 2 && args[0] == "attest") return tenure::bench::attest(args[1]), 0;
    if (args.size() == 2 && args[0] == "policy") return tenure::bench::policy(args[1]), 0;
    if (args.size() == 3 && args[0] == "ledger") return tenure::bench::ledger(args[1], std::stoull(args[2])), 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_scale: {}\n", error.what());
    return 1;
  }
  fmt::print(stderr, "bench_scale sweep FOLDER | attest FOLDER | policy FOLDER | ledger FOLDER ENTRIES\n");
  return 2;
}
