#include <cstring>
#include <fstream>
#include <iostream>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/error.h"
#include "tests/faults/drivers.h"

namespace tenure::faults {

namespace {
constexpr std::size_t kHead = 8;  // every pattern is at least so long

std::uint64_t head_of(const std::uint8_t* at) {
  std::uint64_t head = 0;
  std::memcpy(&head, at, kHead);
  return head;
}
}  // namespace

Tally search(const Path& image, const Path& patterns) {
  std::vector<Blob> wanted;
  std::unordered_multimap<std::uint64_t, std::size_t> by_head;
  std::vector<bool> seldom(1 << 20);  // most places are refused by this alone
  const auto place = [](std::uint64_t head) { return static_cast<std::size_t>((head * 0x9E3779B97F4A7C15ull) >> 44); };
  std::ifstream lines(patterns.string());
  for (std::string line; std::getline(lines, line);) {
    const auto bytes = from_hex(line);
    if (!bytes || bytes->size() < kHead) throw Error(ErrorKind::usage, "A pattern is no hexadecimal text of 8 bytes or more: " + line);
    by_head.emplace(head_of(bytes->data()), wanted.size());
    seldom[place(head_of(bytes->data()))] = true;
    wanted.push_back(*bytes);
  }
  const File file(image, File::Mode::read);
  Blob whole(file.size());
  file.read_at(0, whole);
  std::unordered_set<std::size_t> found;
  for (std::size_t at = 0; at + kHead <= whole.size(); ++at) {
    const auto head = head_of(whole.data() + at);
    if (!seldom[place(head)]) continue;
    const auto [first, last] = by_head.equal_range(head);
    for (auto one = first; one != last; ++one) {
      const auto& pattern = wanted[one->second];
      if (at + pattern.size() <= whole.size() && std::memcmp(whole.data() + at, pattern.data(), pattern.size()) == 0) found.insert(one->second);
    }
  }
  for (const auto which : found) std::cout << "FOUND " << to_hex(wanted[which]) << "\n";
  return {wanted.size(), found.size(), whole.size()};
}

}  // namespace tenure::faults
