#include "ingest/rtsp/message.h"

#include <algorithm>
#include <charconv>

#include "base/log.h"

namespace tenure::ingest::rtsp {

namespace {

struct HeaderEnd {
  std::size_t text = 0;   // bytes before the empty line
  std::size_t after = 0;  // where the body begins; zero when there is no empty line yet
};

HeaderEnd find_header_end(std::string_view text) {
  for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    if (text.substr(at + 1, 1) == "\n") return {at + 1, at + 2};
    if (text.substr(at + 1, 2) == "\r\n") return {at + 1, at + 3};
  }
  return {};
}

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c == '\t' || (c >= ' ' && c != 0x7f) || c < 0; });
}

std::string_view next_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  auto line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

std::string parse_status_line(std::string_view line, Text& out) {
  if (!line.starts_with("RTSP/")) {
    out.is_request = line.find(" RTSP/") != std::string_view::npos;
    return out.is_request ? "" : "it does not speak RTSP (its line: \"" + log_safe(line.substr(0, 60)) + "\")";
  }
  const auto space = line.find(' ');
  std::uint64_t status = 0;
  if (space == std::string_view::npos || !parse_number(line.substr(space + 1, 3), 999, status) || status < 100)
    return "its status line is malformed (\"" + log_safe(line.substr(0, 60)) + "\")";
  out.response.status = static_cast<int>(status);
  if (line.size() > space + 5) out.response.reason = trim(line.substr(space + 5, 100));
  return {};
}

std::string parse_headers(std::string_view rest, Response& response) {
  while (!rest.empty()) {
    const auto line = next_line(rest);
    if (!is_plain(line)) return "a header holds control bytes";
    if (!line.empty() && (line.front() == ' ' || line.front() == '\t')) {  // a folded line continues the one before
      if (!response.headers.empty()) response.headers.back().second.append(" ").append(trim(line));
      continue;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return "a header line has no colon (\"" + log_safe(line.substr(0, 60)) + "\")";
    if (response.headers.size() == kMaxHeaders) return "more than 256 headers";
    response.headers.emplace_back(lower(trim(line.substr(0, colon))), trim(line.substr(colon + 1)));
  }
  return {};
}

}  // namespace

Arrival look(View bytes) {
  if (bytes.empty()) return Arrival::nothing;
  if (bytes[0] == '$') return Arrival::frame;
  if (bytes[0] == '\r' || bytes[0] == '\n') return Arrival::line_break;
  return bytes[0] >= 'A' && bytes[0] <= 'Z' ? Arrival::text : Arrival::garbage;
}

Frame take_frame(View bytes) {
  if (bytes.size() < kFrameHeader) return {};
  const std::size_t length = static_cast<std::size_t>(bytes[2]) << 8 | bytes[3];
  if (bytes.size() < kFrameHeader + length) return {};
  return {kFrameHeader + length, bytes[1], bytes.subspan(kFrameHeader, length)};
}

std::string_view Response::header(std::string_view name) const {
  const auto found = std::ranges::find(headers, name, [](const auto& header) { return std::string_view(header.first); });
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

std::vector<std::string_view> Response::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : headers)
    if (key == name) values.emplace_back(value);
  return values;
}

Text take_text(View bytes) {
  Text out;
  const auto text = as_text(bytes.first(std::min(bytes.size(), kMaxHeaderBytes)));
  const auto end = find_header_end(text);
  if (end.after == 0) {
    if (bytes.size() >= kMaxHeaderBytes) out.problem = "its headers are longer than 64 KiB";
    return out;
  }
  auto rest = text.substr(0, end.text);
  out.problem = parse_status_line(next_line(rest), out);
  if (out.problem.empty()) out.problem = parse_headers(rest, out.response);
  if (!out.problem.empty()) return out;
  std::uint64_t length = 0;
  const auto declared = out.response.header("content-length");
  if (!declared.empty() && !parse_number(declared, kMaxBodyBytes, length)) {
    out.problem = "its Content-Length is not a number up to 256 KiB (\"" + log_safe(declared.substr(0, 40)) + "\")";
    return out;
  }
  if (bytes.size() - end.after < length) return out;
  out.response.body = as_text(bytes.subspan(end.after, length));
  out.size = end.after + length;
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool same_word(std::string_view a, std::string_view b) { return a.size() == b.size() && lower(a) == lower(b); }

bool parse_number(std::string_view text, std::uint64_t limit, std::uint64_t& out) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, out);
  return error == std::errc() && stop == end && out <= limit;
}

bool is_clean_uri(std::string_view text) {
  return !text.empty() && text.size() <= 2048 && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace tenure::ingest::rtsp
