#include "ingest/rtsp/sdp.h"

#include <algorithm>
#include <memory>

#include "base/log.h"
#include "ingest/rtsp/message.h"

namespace tenure::ingest::rtsp {

namespace {

constexpr std::size_t kMaxSdp = 64 << 10, kMaxMedia = 16, kMaxFormats = 32, kMaxParameters = 64;

struct Format {
  std::uint8_t payload_type = 0;
  std::string encoding;
  std::uint32_t clock_rate = 0, channels = 0;
  std::map<std::string, std::string> parameters;
};

std::string_view cut(std::string_view& rest, char separator) {
  const auto at = rest.find(separator);
  const auto part = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return part;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

bool known(const std::string& encoding) {
  for (const auto* name : {"H264", "H265", "MPEG4-GENERIC", "PCMA", "PCMU"})
    if (encoding == name) return true;
  return false;
}

// Collects one media section line by line.
class Section {
 public:
  Section(std::string_view m_line, std::vector<std::string>& problems) : problems_(problems) {
    media_.kind = lower(cut(m_line, ' '));
    cut(m_line, ' ');  // port
    cut(m_line, ' ');  // transport
    while (!m_line.empty() && formats_.size() < kMaxFormats) {
      std::uint64_t type = 0;
      if (parse_number(cut(m_line, ' '), 127, type)) formats_.push_back(well_known(static_cast<std::uint8_t>(type)));
    }
  }

  void attribute(std::string_view name, std::string_view value) {
    value = trim(value);
    if (name == "control") set_control(value);
    if (name != "rtpmap" && name != "fmtp") return;
    auto* format = find(cut(value, ' '));
    if (!format) return;
    if (name == "rtpmap") map(*format, trim(value));
    else parameters(*format, value);
  }

  SdpMedia finish() {
    if (formats_.empty()) return std::move(media_);
    const auto first_known = std::ranges::find_if(formats_, [](const Format& f) { return known(f.encoding); });
    auto& format = first_known == formats_.end() ? formats_.front() : *first_known;
    media_.payload_type = format.payload_type;
    media_.encoding = std::move(format.encoding);
    media_.clock_rate = format.clock_rate;
    media_.channels = format.channels;
    media_.parameters = std::move(format.parameters);
    return std::move(media_);
  }

 private:
  static Format well_known(std::uint8_t type) {
    if (type == 0) return {type, "PCMU", 8000, 1, {}};
    if (type == 8) return {type, "PCMA", 8000, 1, {}};
    if (type == 26) return {type, "JPEG", 90'000, 0, {}};
    return {type, "", 0, 0, {}};
  }
  Format* find(std::string_view type_text) {
    std::uint64_t type = 0;
    if (!parse_number(type_text, 127, type)) return nullptr;
    const auto found = std::ranges::find(formats_, static_cast<std::uint8_t>(type), &Format::payload_type);
    return found == formats_.end() ? nullptr : &*found;
  }
  void set_control(std::string_view value) {
    if (is_clean_uri(value)) media_.control = value;
    else problems_.emplace_back("a control attribute is empty, too long or holds unprintable bytes");
  }
  void map(Format& format, std::string_view value) {
    format.encoding = upper(cut(value, '/')).substr(0, 40);
    std::uint64_t rate = 0, channels = 1;
    if (!parse_number(cut(value, '/'), 1'000'000, rate) || rate == 0)
      problems_.push_back("the clock rate of " + log_safe(format.encoding) + " is not a number from 1 to 1000000");
    if (!value.empty() && !parse_number(trim(value), 8, channels)) channels = 1;
    format.clock_rate = static_cast<std::uint32_t>(rate);
    format.channels = static_cast<std::uint32_t>(channels);
  }
  void parameters(Format& format, std::string_view value) {
    while (!value.empty() && format.parameters.size() < kMaxParameters) {
      auto pair = trim(cut(value, ';'));
      const auto name = lower(trim(cut(pair, '=')));
      if (!name.empty()) format.parameters[name] = trim(pair);
    }
  }

  SdpMedia media_;
  std::vector<Format> formats_;
  std::vector<std::string>& problems_;
};

}  // namespace

bool SdpMedia::recordable() const { return known(encoding) && clock_rate > 0; }

Sdp parse_sdp(std::string_view text) {
  Sdp out;
  if (text.size() > kMaxSdp) {
    out.problems.emplace_back("it is longer than 64 KiB");
    return out;
  }
  std::unique_ptr<Section> section;
  while (!text.empty()) {
    auto line = trim(cut(text, '\n'));
    if (line.size() < 2 || line[1] != '=') continue;
    const char type = line[0];
    line.remove_prefix(2);
    if (type == 'm') {
      if (section) out.media.push_back(section->finish());
      section.reset();
      if (out.media.size() == kMaxMedia) {
        out.problems.emplace_back("it has more than 16 media sections");
        break;
      }
      section = std::make_unique<Section>(line, out.problems);
    } else if (type == 'a' && out.problems.size() < 16) {
      const auto name = cut(line, ':');
      if (section) section->attribute(name, line);
      else if (name == "control" && is_clean_uri(line)) out.control = line;
    }
  }
  if (section) out.media.push_back(section->finish());
  return out;
}

std::string resolve_control(const std::string& base, const std::string& control) {
  if (control.empty() || control == "*") return base;
  const auto start = lower(control.substr(0, 8));
  if (start.starts_with("rtsp://") || start.starts_with("rtsps://")) return control;
  // Not RFC 3986: cameras expect the control to be appended, queries and all.
  return base.ends_with('/') ? base + control : base + '/' + control;
}

}  // namespace tenure::ingest::rtsp
