// A TOML file as plain tables with line numbers, so that toml++ stays in reader.cpp.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "config/reader.h"

namespace tenure::config {

struct OtherValue {
  std::string kind;  // "a date", "a table": what no setting is
};

struct Entry {
  int line = 0;
  std::variant<std::string, std::int64_t, double, bool, std::vector<std::string>, OtherValue> value;
};

struct RawTable {
  std::string section;  // "camera"
  std::string field;    // "camera[1]", counted from 1
  int line = 0;
  std::map<std::string, Entry> entries;
};

struct Document {
  std::vector<RawTable> tables;  // in the order of the file
};

// Fills `result` from the document: every problem, no early end.
void validate(const Document& document, const Path& file, ReadResult& result);

}  // namespace tenure::config
