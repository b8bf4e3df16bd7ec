// The line of figures of a harness that is a GoogleTest, as tests/faults/faults.py writes them: printed, and put where
// ./check collects them (TENURE_FIGURES).
#pragma once
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

namespace tenure::tests {

class Figure {
 public:
  explicit Figure(std::string what) : what_(std::move(what)) {}
  void write(std::uint64_t points, std::uint64_t violations, const std::string& more = {}) const {
    const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
    const auto line = fmt::format("{:<44} {:>7} points {:>5} violations {:>6.0f} s{}{}", what_, points, violations, seconds,
                                  more.empty() ? "" : "  ", more);
    std::cout << line << "\n";
    const char* folder = std::getenv("TENURE_FIGURES");  // NOLINT(concurrency-mt-unsafe): nobody sets it
    if (folder == nullptr) return;
    auto name = what_;
    for (auto& letter : name) letter = letter == ' ' || letter == '/' ? '-' : letter;
    std::ofstream(std::string(folder) + "/" + name) << line << "\n";
  }

 private:
  std::string what_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

}  // namespace tenure::tests
