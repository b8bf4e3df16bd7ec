#include "daemon/client/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/time.h"

namespace tenure::client {

namespace {
// Columns on the screen: a UTF-8 continuation byte takes none.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

bool is_number(const std::string& text) { return !text.empty() && text.find_first_not_of("0123456789.,%") == std::string::npos; }

std::string scaled(double value, double step, const std::array<const char*, 5>& units) {
  std::size_t unit = 0;
  while (value >= step && unit + 1 < units.size()) {
    value /= step;
    ++unit;
  }
  const int decimals = unit == 0 || value >= 100 ? 0 : 1;
  return fmt::format("{:.{}f} {}", value, decimals, units[unit]);
}
}  // namespace

Table::Table(std::vector<std::string> heads) { rows_.push_back(std::move(heads)); }

void Table::add(std::vector<std::string> cells) {
  cells.resize(rows_.front().size());
  rows_.push_back(std::move(cells));
}

std::string Table::text() const {
  const std::size_t columns = rows_.front().size();
  std::vector<std::size_t> widths(columns, 0);
  std::vector<bool> right(columns, !empty());
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    for (std::size_t c = 0; c < columns; ++c) {
      widths[c] = std::max(widths[c], width_of(rows_[r][c]));
      if (r > 0 && !is_number(rows_[r][c])) right[c] = false;
    }
  }
  std::string out;
  for (const auto& cells : rows_) {
    std::string line;
    for (std::size_t c = 0; c < columns; ++c) {
      const std::string space(widths[c] - width_of(cells[c]), ' ');
      line += right[c] ? space + cells[c] : cells[c] + space;
      line += "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

std::string printable(std::string_view text) {
  std::string safe(text);
  for (char& c : safe) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return safe;
}

std::string counted(std::string count, std::string_view one) {
  const bool many = count != "1";
  return std::move(count) + " " + std::string(one) + (many ? "s" : "");
}
std::string counted(std::size_t count, std::string_view one) { return counted(std::to_string(count), one); }

std::string bytes_text(double bytes) { return scaled(bytes, 1024, {"B", "KiB", "MiB", "GiB", "TiB"}); }
std::string bits_text(double per_second) { return scaled(per_second, 1000, {"b/s", "kb/s", "Mb/s", "Gb/s", "Tb/s"}); }

std::string seconds_text(double seconds) {
  if (seconds < 0 || seconds > 1e10) return "?";
  return to_text(Duration(static_cast<std::int64_t>(seconds * 1e6)));
}

}  // namespace tenure::client
