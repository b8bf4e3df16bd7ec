#include <fmt/format.h>

#include <array>

#include "disclosure/paper/page.h"

namespace tenure::disclosure::paper {

namespace {
// All sizes follow the body's, so that a fuller page can be printed smaller.
constexpr const char* kStyle = R"(
@page { size: A4; margin: 13mm 15mm; }
* { box-sizing: border-box; }
body { font: 12px/1.35 "DejaVu Sans", Arial, sans-serif; color: #212b32; max-width: 62em; margin: 2em auto; padding: 0 1em; }
header { display: flex; justify-content: space-between; align-items: baseline; border-bottom: 0.17em solid #005eb8; padding-bottom: 0.5em; }
h1 { font-size: 1.9em; margin: 0; color: #003087; }
header p { margin: 0; color: #4c6272; }
h2 { font-size: 1.17em; margin: 1.1em 0 0.3em; color: #003087; break-after: avoid; }
.verdict { display: flex; gap: 1.5em; align-items: center; margin: 1.2em 0 0.6em; padding: 0.9em 1.2em; border-left: 0.9em solid; break-inside: avoid; }
.verdict strong { font-size: 2.1em; white-space: nowrap; }
.verdict p { margin: 0 0 0.2em; } .verdict p:first-child { font-size: 1.22em; font-weight: bold; }
.verdict.good { background: #e4f3ea; border-color: #007f3b; } .verdict.good strong { color: #00662f; }
.verdict.bad { background: #fbe6e5; border-color: #d5281b; } .verdict.bad strong { color: #b3140a; }
.verdict.doubt { background: #fff4d6; border-color: #ffb81c; } .verdict.doubt strong { color: #8a5a00; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
th, td { text-align: left; vertical-align: top; padding: 0.25em 0.5em; border-bottom: 1px solid #d8dde0; overflow-wrap: anywhere; }
th { color: #4c6272; font-weight: normal; font-size: 0.9em; border-bottom-color: #768692; }
.right { text-align: right; }
td.bad { box-shadow: inset 0.3em 0 #d5281b; } td.doubt { box-shadow: inset 0.3em 0 #ffb81c; }
dl { display: grid; grid-template-columns: 11.5em 1fr; margin: 0; gap: 0.25em 0; } dt { font-weight: bold; } dd { margin: 0; }
p { margin: 0.3em 0; } .small, footer { font-size: 0.83em; color: #4c6272; }
footer { border-top: 1px solid #768692; margin-top: 1.2em; padding-top: 0.4em; overflow-wrap: anywhere; white-space: pre-line; }
)";

// In print, by the rows of its tables: what keeps it on one page.
const char* print_size(std::size_t rows) { return rows <= 7 ? "9pt" : rows <= 11 ? "8pt" : rows <= 14 ? "7pt" : "5.8pt"; }

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 && c != '\n' ? ' ' : c;
    }
  }
  return out;
}

const char* name_of(Tone tone) {
  switch (tone) {
    case Tone::good:
      return "good";
    case Tone::bad:
      return "bad";
    case Tone::doubt:
      return "doubt";
    case Tone::plain:
      break;
  }
  return "plain";
}

std::string paragraphs(const std::vector<std::string>& texts, const char* cls = "") {
  std::string out;
  for (const auto& text : texts) out += fmt::format("<p{}>{}</p>\n", cls, escaped(text));
  return out;
}

std::string table(const Block& block) {
  std::string out = "<table>\n<colgroup>";
  double all = 0;
  for (const auto& column : block.columns) all += column.width;
  for (const auto& column : block.columns)
    out += fmt::format("<col style=\"width:{:.1f}%\">", 100 * column.width / all);
  out += "</colgroup>\n<thead><tr>";
  for (const auto& column : block.columns)
    out += fmt::format("<th{}>{}</th>", column.right ? " class=\"right\"" : "", escaped(column.head));
  out += "</tr></thead>\n<tbody>\n";
  for (std::size_t row = 0; row < block.rows.size(); ++row) {
    out += "<tr>";
    for (std::size_t at = 0; at < block.columns.size(); ++at) {
      std::string cls = block.columns[at].right ? "right" : "";
      if (at == 0 && row < block.tones.size()) cls = name_of(block.tones[row]);
      out += fmt::format("<td{}>{}</td>", cls.empty() ? "" : " class=\"" + cls + "\"", escaped(block.rows[row].at(at)));
    }
    out += "</tr>\n";
  }
  return out + "</tbody></table>\n";
}

std::string html_of(const Block& block) {
  switch (block.kind) {
    case Block::Kind::verdict:
      return fmt::format("<section class=\"verdict {}\"><strong>{}</strong><div>\n{}</div></section>\n",
                         name_of(block.tone), escaped(block.title), paragraphs(block.texts));
    case Block::Kind::heading:
      return fmt::format("<h2>{}</h2>\n", escaped(block.title));
    case Block::Kind::table:
      return table(block);
    case Block::Kind::small:
      return paragraphs(block.texts, " class=\"small\"");
    case Block::Kind::text:
      break;
  }
  std::string out;
  for (const auto& text : block.texts)
    out += fmt::format("<dl><dt>{}</dt><dd>{}</dd></dl>\n", escaped(block.title), escaped(text));
  return out;
}
}  // namespace

// No script may run in it, and nothing be fetched, even if the escaping had a hole.
std::string to_html(const Page& page) {
  std::string out = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
      "http-equiv=\"Content-Security-Policy\" "
      "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<meta name=\"viewport\" "
      "content=\"width=device-width\">\n<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n",
      escaped(page.title + ", " + page.subtitle), kStyle);
  std::size_t rows = 0;
  for (const auto& block : page.blocks) rows += block.rows.size();
  out.insert(out.rfind("</style>"),
             fmt::format("@media print {{ body {{ font-size: {}; margin: 0; padding: 0; max-width: none; "
                         "-webkit-print-color-adjust: exact; print-color-adjust: exact; }} }}\n",
                         print_size(rows)));
  out += fmt::format("<header><h1>{}</h1><p>{}</p></header>\n<main>\n", escaped(page.title), escaped(page.subtitle));
  for (const auto& block : page.blocks) out += html_of(block);
  return out + fmt::format("</main>\n<footer>{}</footer>\n</body>\n</html>\n", escaped(page.footer));
}

namespace {
std::string date_with(Instant at, std::size_t letters) {
  static constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                            "May",       "June",     "July",     "August",
                                                            "September", "October",  "November", "December"};
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(at));
  const auto month = kMonths.at(static_cast<unsigned>(date.month()) - 1);
  return fmt::format("{} {} {}", static_cast<unsigned>(date.day()), month.substr(0, letters),
                     static_cast<int>(date.year()));
}
}  // namespace

std::string date_text(Instant at) { return date_with(at, 3); }

std::string minute_text(Instant at) {
  const auto minutes = std::chrono::floor<std::chrono::minutes>(at - std::chrono::floor<std::chrono::days>(at)).count();
  return fmt::format("{}, {:02}:{:02} UTC", date_with(at, std::string::npos), minutes / 60, minutes % 60);
}

}  // namespace tenure::disclosure::paper
