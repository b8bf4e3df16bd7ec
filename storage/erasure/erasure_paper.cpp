// The certificate for people: plain text, and a page that prints on one or two sheets.
#include <boost/json.hpp>

#include "base/error.h"
#include "storage/erasure/erasure_certificate.h"

namespace tenure::storage {

namespace json = boost::json;

namespace {
std::string text_of(const json::object& object, const char* name) {
  const auto& value = object.at(name);
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else out.push_back(c);
  }
  return out;
}

using Lines = std::vector<std::pair<std::string, std::string>>;

// With the full name where the certificate has it: older ones do not.
std::string person_of(const json::object& paper, const std::string& by) {
  const auto* name = paper.if_contains(by + "_name");
  return name != nullptr && name->is_string() && !name->get_string().empty() ? std::string(name->get_string()) : text_of(paper, by.c_str());
}

// Of an erasure that a restore did again nobody is known who ordered or approved it.
Lines order_of(const json::object& paper) {
  if (paper.contains("done_again_at"))
    return {{"Erased again", text_of(paper, "done_again_at") + " by a restore, ledger entry " + text_of(paper.at("ledger").as_object(), "order")}};
  const auto approved = person_of(paper, "approved_by");
  return {{"Ordered", text_of(paper, "ordered_at") + " by " + person_of(paper, "ordered_by")},
          {"Approved by", approved.empty() ? "nobody else had to" : approved}};
}

Lines facts_of(const json::object& paper) {
  Lines lines;
  if (const auto* practice = paper.if_contains("practice"); practice != nullptr && practice->is_string())
    lines.emplace_back("Practice", std::string(practice->get_string()));
  lines.emplace_back("Certificate", text_of(paper, "id"));
  const auto order = order_of(paper);
  lines.insert(lines.end(), order.begin(), order.end());
  const Lines all{{"Reason", text_of(paper, "reason")},
                  {"Erased", text_of(paper, "recordings") + (text_of(paper, "recordings") == "1" ? " recording, " : " recordings, ") + text_of(paper, "bytes") + " bytes"},
                  {"Completed", text_of(paper, "certified_at")},
                  {"Backups of the keys", text_of(paper.at("key_backups").as_object(), "text")}};
  lines.insert(lines.end(), all.begin(), all.end());
  return lines;
}

Lines items_of(const json::object& paper) {
  Lines lines;
  for (const auto& item : paper.at("items").as_array()) {
    const auto& one = item.as_object();
    lines.emplace_back(text_of(one, "source"), text_of(one, "start") + " to " + text_of(one, "end") + "  " + text_of(one, "id"));
  }
  return lines;
}

Lines copies_of(const json::object& paper) {
  Lines lines;
  for (const auto& copy : paper.at("out_of_reach").as_array()) lines.emplace_back(text_of(copy.as_object(), "what"), text_of(copy.as_object(), "why"));
  return lines;
}

json::object parsed(const std::string& certificate) {
  try {
    return json::parse(certificate).as_object();
  } catch (const std::exception& error) {
    throw Error(ErrorKind::corrupt, "The certificate cannot be read.", error.what());
  }
}

constexpr const char* kCopies = "Copies that could not be reached";
constexpr const char* kItems = "Recordings that went";
constexpr const char* kCheckpoint = "Ledger checkpoint (who keeps it can prove that this was recorded)";
}  // namespace

std::string certificate_text(const std::string& certificate) {
  const auto paper = parsed(certificate);
  std::string out = "CERTIFICATE OF ERASURE\n\n";
  for (const auto& [name, value] : facts_of(paper)) out.append(name).append(": ").append(value).append("\n");
  out += "\n" + text_of(paper, "claim") + "\n\n" + kCopies + ":\n";
  for (const auto& [name, value] : copies_of(paper)) out.append("- ").append(name).append(": ").append(value).append("\n");
  out += "\n" + std::string(kItems) + ":\n";
  for (const auto& [name, value] : items_of(paper)) out.append("- ").append(name).append("  ").append(value).append("\n");
  return out + "\n" + kCheckpoint + ":\n" + text_of(paper.at("ledger").as_object(), "checkpoint");
}

std::string certificate_html(const std::string& certificate) {
  const auto paper = parsed(certificate);
  const auto table = [](const Lines& lines) {
    std::string rows;
    for (const auto& [name, value] : lines) rows += "<tr><th>" + escaped(name) + "</th><td>" + escaped(value) + "</td></tr>\n";
    return "<table>\n" + rows + "</table>\n";
  };
  return "<!DOCTYPE html>\n<html lang=\"en-GB\"><head><meta charset=\"utf-8\"><title>Certificate of erasure</title>\n<style>"
         "body{font:15px/1.4 sans-serif;max-width:46em;margin:2em auto}th{text-align:left;vertical-align:top;padding-right:1em;font-weight:600}"
         "td,th{padding:.2em 1em .2em 0}pre{font-size:12px;overflow-wrap:anywhere;white-space:pre-wrap}</style></head>\n<body>\n"
         "<h1>Certificate of erasure</h1>\n" + table(facts_of(paper)) + "<p>" + escaped(text_of(paper, "claim")) + "</p>\n<h2>" + kCopies +
         "</h2>\n" + table(copies_of(paper)) + "<h2>" + kItems + "</h2>\n" + table(items_of(paper)) + "<h2>" + kCheckpoint + "</h2>\n<pre>" +
         escaped(text_of(paper.at("ledger").as_object(), "checkpoint")) + "</pre>\n</body></html>\n";
}

}  // namespace tenure::storage
