// Typed reading of one table of the settings: checks each value against its definition, applies the default, and lists
// what is wrong. A value with a problem reads as its default, so that one mistake does not hide the next.
#pragma once
#include <optional>

#include "config/definitions.h"
#include "config/document.h"

namespace tenure::config {

class Section {
 public:
  // `base` is the folder that relative paths are relative to. Lists unknown and missing keys.
  Section(const RawTable& table, Path base, ReadResult& result);

  bool has(const std::string& key) const { return table_.entries.count(key) != 0; }
  std::string text(const std::string& key) const;  // text, name and choice
  bool boolean(const std::string& key) const;
  Duration duration(const std::string& key, Duration least, Duration most) const;
  std::optional<Period> period(const std::string& key, bool trial) const;
  std::uint64_t size(const std::string& key, std::uint64_t least) const;
  std::vector<std::string> list(const std::string& key) const;
  Path path(const std::string& key) const;  // absolute; empty when not given
  std::string zone(const std::string& key) const;

  void problem(const std::string& key, const std::string& text) const;
  void warning(const std::string& key, const std::string& text) const;
  const RawTable& table() const { return table_; }

 private:
  std::optional<std::string> given(const std::string& key) const;
  Problem at(const std::string& key, const std::string& text) const;
  void check_keys() const;
  const RawTable& table_;
  Path base_;
  ReadResult& result_;
};

// "did you mean …?" or empty.
std::string suggest(std::string_view section, const std::string& key);
// A value for a message: quoted, control bytes escaped, cut at 80 bytes.
std::string shown(const std::string& value);

}  // namespace tenure::config
