#include "config/definitions.h"

namespace tenure::config {

namespace {
void add_comment(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    out += "# " + std::string(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::string on_one_line(std::string_view text) {
  std::string line(text);
  for (char& c : line)
    if (c == '\n') c = ' ';
  return line;
}

// `|` divides table cells in Markdown.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : on_one_line(text)) out += c == '|' ? std::string(" or ") : std::string(1, c);
  return out;
}

std::string heading(const SectionDefinition& s) {
  return s.repeated ? "[[" + std::string(s.name) + "]]" : "[" + std::string(s.name) + "]";
}

// The example's live part promises 28 days and three years explicitly; everything optional is commented out.
void add_section(std::string& out, const SectionDefinition& s) {
  out += "\n";
  add_comment(out, s.help);
  out += (s.shown ? "" : "#") + heading(s) + "\n";
  for (const Definition& d : definitions()) {
    if (d.section != s.name) continue;
    add_comment(out, d.help);
    out += (s.shown && d.required ? "" : "#") + std::string(d.key) + " = " + std::string(d.example) + "\n";
  }
  if (s.name == "class") out += "\n[[class]]\nname = \"calls\"\nperiod = \"P3Y\"\n";
}
}  // namespace

std::string example_file() {
  std::string out =
      "# Settings of tenured. A line that starts with # has no effect; a setting behind a single # shows its default or an\n"
      "# example. Check a change with: tenured --config FILE --check-config. Times and periods are ISO 8601 (PT10S, P28D).\n"
      "# Relative paths are relative to this file's folder. Every setting is described in docs/reference/settings.md.\n";
  for (const SectionDefinition& s : section_definitions()) add_section(out, s);
  return out;
}

std::string reference_page() {
  std::string out =
      "# Settings\n\nStatus: describes this version completely; made from the definitions in `config/definitions.cpp`, and a test compares them.\n\n"
      "The file is TOML, read once at the start. `tenured --config FILE --check-config` lists every mistake at once, with its line; an\n"
      "unknown setting is a mistake. Periods and durations are ISO 8601 (`PT10S`, `P28D`, `P3Y`). Relative paths are relative to the\n"
      "file's folder. `[http]` and `[notify]` come with later versions and are refused until then.\n";
  for (const SectionDefinition& s : section_definitions()) {
    out += "\n## `" + heading(s) + "`\n" + on_one_line(s.help) + "\n\n| setting | allowed | default | meaning |\n|---|---|---|---|\n";
    for (const Definition& d : definitions()) {
      if (d.section != s.name) continue;
      const std::string fallback = d.required ? "required" : d.fallback.empty() ? "" : "`" + std::string(d.fallback) + "`";
      out += "| `" + std::string(d.key) + "` | " + cell(d.allowed) + " | " + fallback + " | " + cell(d.help) + " |\n";
    }
  }
  return out;
}

}  // namespace tenure::config
