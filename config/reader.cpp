#include "config/reader.h"

#include <sys/stat.h>

// toml++ 3.3 asserts, and so ends the process, at a table whose name begins with a character no key may have: "[/x]".
// Without its assertions it reports that as the mistake it is.
#define TOML_ASSERT(expr) static_cast<void>(0)
#include <toml++/toml.h>

#include <algorithm>
#include <boost/filesystem/operations.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "config/section.h"

namespace tenure::config {

namespace {
constexpr std::size_t kLongestFile = 1 << 20;
constexpr std::size_t kMostTables = 1000;

int line_of(const toml::node& node) { return static_cast<int>(node.source().begin.line); }

Entry entry_of(const toml::node& node) {
  Entry entry{line_of(node), OtherValue{"a date or time"}};
  if (const auto* text = node.as_string()) entry.value = text->get();
  else if (const auto* number = node.as_integer()) entry.value = number->get();
  else if (const auto* real = node.as_floating_point()) entry.value = real->get();
  else if (const auto* flag = node.as_boolean()) entry.value = flag->get();
  else if (node.is_table()) entry.value = OtherValue{"a table"};
  else if (const auto* array = node.as_array()) {
    std::vector<std::string> texts;
    for (const toml::node& item : *array)
      if (const auto* element = item.as_string()) texts.push_back(element->get());
    if (texts.size() == array->size()) entry.value = std::move(texts);
    else entry.value = OtherValue{"a list of other things than text"};
  }
  return entry;
}

// A table inside, such as [access.rights], is a section of its own when there is one of that name.
bool is_section(const std::string& section, std::string_view key, const toml::node& value) {
  return value.is_table() && find_section(section + "." + std::string(key)) != nullptr;
}

RawTable table_of(std::string section, std::string field, const toml::table& source, int line) {
  RawTable table{std::move(section), std::move(field), line, {}};
  for (const auto& [key, value] : source)
    if (!is_section(table.section, key.str(), value)) table.entries.emplace(std::string(key.str()), entry_of(value));
  return table;
}

std::string section_names() {
  std::string names;
  for (const SectionDefinition& s : section_definitions())
    names += (names.empty() ? "" : ", ") + std::string(s.repeated ? "[[" : "[") + std::string(s.name) + (s.repeated ? "]]" : "]");
  return names;
}

class Collector {
 public:
  explicit Collector(ReadResult& result) : result_(result) {}
  Document document;

  void take(const std::string& name, const toml::node& node) {
    const int line = line_of(node);
    const SectionDefinition* known = find_section(name);
    if (comes_later(name)) return problem(line, name, "comes with a later version; remove it, it would have no effect");
    if (known == nullptr && node.is_table()) return problem(line, name, "there is no such section; there are " + section_names());
    if (known == nullptr && node.is_array_of_tables()) return problem(line, name, "there is no such section; there are " + section_names());
    if (known == nullptr) {
      const std::string nearest = suggest("", name);
      return problem(line, name, "stands outside any section" + (nearest.empty() ? "; every setting stands in one" : "; " + nearest));
    }
    known->repeated ? take_repeated(name, node) : take_single(name, node);
  }

 private:
  void problem(int line, const std::string& field, const std::string& text) { result_.problems.push_back({line, log_safe(field), text}); }
  void take_single(const std::string& name, const toml::node& node) {
    const auto* table = node.as_table();
    if (table == nullptr) return problem(line_of(node), name, "must be one section: [" + name + "]");
    document.tables.push_back(table_of(name, name, *table, line_of(node)));
    for (const auto& [key, value] : *table)
      if (is_section(name, key.str(), value)) take_single(name + "." + std::string(key.str()), value);
  }
  void take_repeated(const std::string& name, const toml::node& node) {
    const auto* array = node.as_array();
    const bool tables = array != nullptr && std::all_of(array->begin(), array->end(), [](const toml::node& n) { return n.is_table(); });
    if (!tables) return problem(line_of(node), name, "needs two brackets, because it may be repeated: [[" + name + "]]");
    if (array->size() > kMostTables) return problem(line_of(node), name, "occurs more than 1000 times");
    int number = 0;
    for (const toml::node& item : *array)
      document.tables.push_back(table_of(name, name + "[" + std::to_string(++number) + "]", *item.as_table(), line_of(item)));
  }
  ReadResult& result_;
};

// What toml++ says has its quotations escaped already.
std::string without_controls(std::string_view text) {
  std::string safe(text.substr(0, 300));
  for (char& c : safe)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return safe;
}

// What toml++ says may quote the line, and the line may hold a password.
std::string syntax_problem(const std::string& text, const toml::parse_error& error) {
  std::size_t from = 0;
  for (toml::source_index line = 1; line < error.source().begin.line && from < text.size(); ++line) {
    const auto end = text.find('\n', from);
    from = end == std::string::npos ? text.size() : end + 1;
  }
  const std::string line = text.substr(from, text.find('\n', from) - from);
  const bool secret = line.find("pass") != std::string::npos || line.find('@') != std::string::npos;
  const std::string what = secret ? "texts stand in quotes, with \\\\ for a backslash" : without_controls(error.description());
  return "is not TOML: " + what + "; nothing after this line was read";
}

void sort_by_line(std::vector<Problem>& problems) {
  std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) { return a.line < b.line; });
}
}  // namespace

ReadResult parse_settings(const std::string& text, const Path& file) {
  ReadResult result;
  result.settings.file = boost::filesystem::absolute(file).lexically_normal();
  try {
    if (text.size() > kLongestFile) throw Error(ErrorKind::refused, "is larger than 1 MiB");
    const toml::table root = toml::parse(text);
    Collector collector(result);
    for (const auto& [key, node] : root) collector.take(std::string(key.str()), node);
    validate(collector.document, result.settings.file, result);
  } catch (const toml::parse_error& error) {
    result.problems.push_back({static_cast<int>(error.source().begin.line), "", syntax_problem(text, error)});
  } catch (const Error& error) {
    result.problems.push_back({0, "", error.message()});
  }
  sort_by_line(result.problems);
  sort_by_line(result.warnings);
  return result;
}

ReadResult read_settings(const Path& file) {
  std::string text;
  try {
    const Blob bytes = read_whole(file, kLongestFile);
    text.assign(as_text(bytes));
  } catch (const Error& error) {
    ReadResult result;
    result.settings.file = file;
    result.problems.push_back({0, "", "cannot be read: " + error.message() + (error.cause().empty() ? "" : " (" + error.cause() + ")")});
    return result;
  }
  ReadResult result = parse_settings(text, file);
  struct stat status {};
  const bool found = ::stat(file.c_str(), &status) == 0;
  const bool open_to_all = found && (status.st_mode & S_IROTH) != 0;
  // Root's own group is as good as root; any other may be the one of those who speak to the daemon.
  const bool open_to_group = found && (status.st_mode & S_IRGRP) != 0 && status.st_gid != 0;
  const bool holds_password = text.find("password") != std::string::npos &&
      std::any_of(result.settings.cameras.begin(), result.settings.cameras.end(), [](const Camera& c) { return !c.password.empty(); });
  if (open_to_all && holds_password)
    result.warnings.push_back({0, "", "every user of this machine can read it, and it holds a password: chmod go= it, or use credential"});
  else if (open_to_group && holds_password)
    result.warnings.push_back({0, "", "its group can read it, and it holds a password: chmod g= it, or use credential"});
  return result;
}

std::string describe(const ReadResult& result) {
  std::string text;
  const std::string name = result.settings.file.filename().string();
  for (const Problem& problem : result.problems) {
    text += name;
    if (problem.line > 0) text += ":" + std::to_string(problem.line);
    text += ": " + (problem.field.empty() ? "" : problem.field + ": ") + problem.text + "\n";
  }
  return text;
}

}  // namespace tenure::config
