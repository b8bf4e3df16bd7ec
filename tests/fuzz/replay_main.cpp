// Feeds every file of a folder, each also cut at several lengths and with single bytes flipped, to the fuzz target it is
// linked with. Fails when there is no corpus: a parser without one is not tested.
#include <boost/filesystem.hpp>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {
using Bytes = std::vector<std::uint8_t>;

void run(const Bytes& bytes) { LLVMFuzzerTestOneInput(bytes.data(), bytes.size()); }

std::size_t run_with_damage(const Bytes& bytes) {
  run(bytes);
  std::size_t runs = 1;
  constexpr std::size_t kSteps = 64;
  for (std::size_t step = 0; step < kSteps && step < bytes.size(); ++step) {
    const std::size_t at = bytes.size() * step / kSteps;
    run(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(at)));
    Bytes flipped = bytes;
    flipped[at] = static_cast<std::uint8_t>(flipped[at] ^ 0xff);
    run(flipped);
    runs += 2;
  }
  return runs;
}
}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || !boost::filesystem::is_directory(argv[1])) {
    std::cerr << "usage: " << argv[0] << " CORPUS_FOLDER (which must exist)\n";
    return 2;
  }
  std::size_t files = 0, runs = 0;
  for (const auto& entry : boost::filesystem::directory_iterator(argv[1])) {
    std::ifstream in(entry.path().string(), std::ios::binary);
    runs += run_with_damage(Bytes(std::istreambuf_iterator<char>(in), {}));
    ++files;
  }
  std::cout << files << " corpus files, " << runs << " inputs\n";
  return files > 0 ? 0 : 1;
}
