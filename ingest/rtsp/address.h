// A camera's rtsp:// or rtsps:// URL, taken apart. Throws Error{usage} for what is none, or holds a password.
#pragma once
#include <cstdint>
#include <string>

namespace tenure::ingest::rtsp {

struct Address {
  bool tls = false;
  std::string host;        // without brackets
  std::uint16_t port = 554;
  std::string url;         // as it stands in requests: without user or password
  std::string text() const;  // host:port, for people
};
Address parse_address(const std::string& url);
// host:port of a URL that a camera sent, made safe to show; empty when it is none.
std::string place_of(const std::string& url);

}  // namespace tenure::ingest::rtsp
