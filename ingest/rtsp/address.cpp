#include "ingest/rtsp/address.h"

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>

#include "base/error.h"
#include "base/log.h"
#include "ingest/rtsp/message.h"

namespace tenure::ingest::rtsp {

std::string Address::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

Address parse_address(const std::string& url) {
  const auto wrong = [](const std::string& why) {
    return Error(ErrorKind::usage, "the camera's url is not usable (" + why + "): write rtsp://host[:port]/path");
  };
  if (!is_clean_uri(url)) throw wrong("empty, longer than 2048 characters, or with spaces");
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed) throw wrong("not a URL");
  if (parsed->has_userinfo()) throw wrong("it holds a user name; set username and password instead");
  Address out;
  const auto scheme = lower(std::string(parsed->scheme()));
  if (scheme != "rtsp" && scheme != "rtsps") throw wrong("neither rtsp:// nor rtsps://");
  out.tls = scheme == "rtsps";
  out.host = parsed->host_address();
  if (out.host.empty()) throw wrong("no host");
  if (parsed->has_port() && parsed->port_number() == 0) throw wrong("its port is not 1 to 65535");
  out.port = parsed->has_port() ? parsed->port_number() : static_cast<std::uint16_t>(out.tls ? 322 : 554);
  out.url = url.substr(0, url.find('#'));
  return out;
}

std::string place_of(const std::string& url) {
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed || parsed->host_address().empty()) return {};
  std::string place = parsed->host_address();
  if (parsed->has_port()) place += ':' + std::string(parsed->port());
  return log_safe(place);
}

}  // namespace tenure::ingest::rtsp
