// Aligned columns for people. Pure.
#pragma once
#include <string>
#include <vector>

namespace tenure::client {

class Table {
 public:
  explicit Table(std::vector<std::string> heads);
  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.size() == 1; }
  // Columns whose cells are all numbers stand to the right; no trailing spaces.
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// Safe for a terminal: control bytes become '?'.
std::string printable(std::string_view text);
std::string counted(std::string count, std::string_view one);  // "1 recording", "2 recordings"
std::string counted(std::size_t count, std::string_view one);
std::string bytes_text(double bytes);        // "1.4 GiB"
std::string bits_text(double per_second);    // "4.1 Mb/s"
std::string seconds_text(double seconds);    // "1m 20s"

}  // namespace tenure::client
