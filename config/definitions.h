// The one definition of every setting: the reader, the defaults, the shipped example and the reference page all come
// from this table (a test compares the two files with it). Immutable; any thread.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace tenure::config {

enum class Type { text, name, boolean, period, duration, size, list, path, choice };

struct Definition {
  std::string_view section;
  std::string_view key;
  Type type = Type::text;
  bool required = false;
  std::string_view fallback;  // as written in the file, without quotes; empty: none
  std::string_view allowed;   // for people; for a choice the values, divided by '|'
  std::string_view example;   // as TOML
  std::string_view help;
};

struct SectionDefinition {
  std::string_view name;
  bool repeated = false;  // [[name]] rather than [name]
  bool shown = false;     // the example shows it live rather than commented out
  std::string_view help;
};

const std::vector<Definition>& definitions();
const std::vector<SectionDefinition>& section_definitions();
const Definition* find_definition(std::string_view section, std::string_view key);
const SectionDefinition* find_section(std::string_view name);
// Sections of the design that this version does not have; they are refused, never ignored.
bool comes_later(std::string_view section);

// The whole text of config/tenure.toml and of docs/reference/settings.md.
std::string example_file();
std::string reference_page();

}  // namespace tenure::config
