#include <unistd.h>

#include <boost/filesystem/operations.hpp>

#include <algorithm>
#include <cstdlib>

#include "base/error.h"
#include "base/file.h"
#include "config/validate.h"

namespace tenure::config {

namespace {
// Rooms where people are examined, treated or undressed: their design-time names and the words people use for them.
constexpr std::string_view kForbiddenAreas[] = {
    "consulting-room", "consultation-room", "treatment-room", "examination-room", "exam-room", "toilet", "wc",
    "lavatory", "washroom", "restroom", "bathroom", "shower", "shower-room", "changing-room"};

std::string normalised_area(std::string area) {
  for (char& c : area) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == ' ' || c == '_') c = '-';
  }
  while (!area.empty() && (area.back() == '-' || (area.back() >= '0' && area.back() <= '9'))) area.pop_back();
  if (area.size() > 2 && area.back() == 's') area.pop_back();
  return area;
}

void check_area(const Section& s, const std::string& area) {
  if (area.size() > 60) return s.problem("area", "is longer than 60 bytes");
  const std::string plain = normalised_area(area);
  if (std::find(std::begin(kForbiddenAreas), std::end(kForbiddenAreas), plain) == std::end(kForbiddenAreas)) return;
  s.problem("area", "is " + shown(area) + ": cameras in consulting rooms, treatment rooms, toilets and changing rooms are refused, "
                    "because people there expect privacy that no purpose of a practice outweighs; remove this camera");
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
         std::stoi(std::string(text)) >= 1 && std::stoi(std::string(text)) <= 65535;
}

bool is_host(std::string_view host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    return host.find_first_not_of("0123456789abcdefABCDEF:.%", 1) == host.size() - 1;
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  });
}

// The URL is never quoted: whoever mistypes it may have put a password there.
void check_url(const Section& s, const std::string& url) {
  const std::string_view text(url);
  const std::size_t scheme = text.starts_with("rtsp://") ? 7 : text.starts_with("rtsps://") ? 8 : 0;
  if (scheme == 0) return s.problem("url", "must start with rtsp:// or rtsps://");
  if (text.find('@') != std::string_view::npos)
    return s.problem("url", "holds a user or password (an @); put them into username and password, or username and credential, where they are "
                            "never shown (an @ of the path itself is written %40)");
  const std::string_view authority = text.substr(scheme, text.find_first_of("/?", scheme) - scheme);
  const auto colon = authority.rfind(':');
  const bool has_port = colon != std::string_view::npos && (authority.empty() || authority.back() != ']');
  if (!is_host(has_port ? authority.substr(0, colon) : authority)) return s.problem("url", "has no valid host after rtsp://");
  if (has_port && !is_port(authority.substr(colon + 1))) return s.problem("url", "has a port that is no number from 1 to 65535");
  if (text.find_first_of(" \"<>\\^`{|}") != std::string_view::npos) return s.problem("url", "holds a space or another character that must be written as %XX");
  if (text.find("password=") != std::string_view::npos || text.find("pwd=") != std::string_view::npos)
    s.warning("url", "seems to hold a password in its path, where it cannot be kept secret from this machine's users and the log");
}

std::string read_credential(const Section& s, const std::string& name) {
  const bool plain = !name.empty() && name.size() <= 100 && name[0] != '.' && name.find('/') == std::string::npos;
  if (!plain) return s.problem("credential", "is " + shown(name) + "; it must be the name of a systemd credential, without /"), "";
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr) {
    s.warning("credential", "cannot be read outside the service: systemd gives credentials to the units that name them in LoadCredential=");
    return "";
  }
  try {
    const Blob bytes = read_whole(Path(folder) / name, 4096);
    std::string password(as_text(bytes));
    while (!password.empty() && (password.back() == '\n' || password.back() == '\r')) password.pop_back();
    const bool control = std::any_of(password.begin(), password.end(), [](char c) { return c >= 0 && c < 0x20; });
    if (password.empty() || control) s.problem("credential", "the credential " + shown(name) + (control ? " holds a control character" : " is empty"));
    return control ? "" : password;
  } catch (const Error&) {
    s.problem("credential", "the credential " + shown(name) + " was not given to the service; add LoadCredential=" + name + ":/path to the unit");
    return "";
  }
}

void read_login(const Section& s, Camera& camera) {
  camera.username = s.text("username");
  camera.password = s.text("password");
  if (s.has("credential")) {
    if (s.has("password")) s.problem("credential", "is given as well as password; give one of the two");
    else camera.password = read_credential(s, s.text("credential"));
  }
  if (camera.username.find(':') != std::string::npos) s.problem("username", "holds a colon, which a user's name cannot");
  if (!camera.password.empty() && camera.username.empty()) s.problem("username", "is missing, and there is a password");
}
}  // namespace

Camera read_camera(const Section& s) {
  Camera camera;
  camera.name = s.text("name");
  camera.url = s.text("url");
  if (!camera.url.empty()) check_url(s, camera.url);
  read_login(s, camera);
  camera.area = s.text("area");
  check_area(s, camera.area);
  camera.cls = s.text("class");
  camera.priority = s.text("priority");
  camera.client = s.text("client");
  camera.allow_basic = s.boolean("allow_basic");
  camera.audio = s.boolean("audio");
  camera.audio_reason = s.text("audio_reason");
  camera.audio_dpia = s.text("audio_dpia");
  if (camera.audio && (camera.audio_reason.empty() || camera.audio_dpia.empty()))
    s.problem("audio", "is true; that needs audio_reason (why sound is necessary) and audio_dpia (the assessment's reference)");
  camera.certificate_sha256 = s.text("certificate_sha256");
  if (!camera.certificate_sha256.empty()) {
    const auto digest = from_hex(camera.certificate_sha256);
    if (!digest || digest->size() != 32) s.problem("certificate_sha256", "must be 64 hexadecimal digits");
    else if (camera.url.starts_with("rtsp://")) s.problem("certificate_sha256", "is given, but the url is rtsp://, which has no certificate; use rtsps://");
  }
  return camera;
}

namespace {
// The register of what a provider keeps: for the promise report, and nothing is done by it.
void read_provider(const Section& s, Calls& calls) {
  constexpr std::size_t kLongestName = 80, kLongestPlace = 120;
  calls.provider = s.text("provider");
  if (calls.provider.size() > kLongestName) s.problem("provider", "is longer than 80 bytes");
  calls.provider_keeps = s.period("provider_keeps", /*trial=*/false);
  calls.provider_place = s.text("provider_place");
  if (calls.provider_place.size() > kLongestPlace) s.problem("provider_place", "is longer than 120 bytes");
  if (const auto day = s.text("provider_until"); !day.empty()) {
    calls.provider_until = parse_rfc3339(day + "T00:00:00Z");
    if (!calls.provider_until) s.problem("provider_until", "is " + shown(day) + "; it must be a day, as 2027-03-31");
  }
  for (const char* key : {"provider_keeps", "provider_place", "provider_until"})
    if (s.has(key) && calls.provider.empty()) s.problem(key, "is given, and nobody is named in provider");
}
}  // namespace

Calls read_calls(const Section& s) {
  Calls calls;
  calls.name = s.text("name");
  calls.folder = s.path("folder");
  calls.format = s.text("format");
  calls.cls = s.text("class");
  calls.timezone = s.zone("timezone");
  calls.extensions = s.list("extensions");
  for (const std::string& extension : calls.extensions)
    if (extension.empty() || extension.size() > 20 || extension.find_first_not_of("0123456789*#") != std::string::npos)
      s.problem("extensions", "holds " + shown(extension) + "; it must be texts of 1 to 20 digits, * and #");
  calls.source_policy = s.text("source_policy");
  calls.settle = s.duration("settle", Seconds(1), std::chrono::hours(1));
  calls.wait_for_sidecar = s.duration("wait_for_sidecar", Seconds(1), std::chrono::days(1));
  calls.rescan = s.duration("rescan", Seconds(1), std::chrono::days(1));
  read_provider(s, calls);
  return calls;
}

Path default_worker() {
  char buffer[4096];
  const ssize_t length = ::readlink("/proc/self/exe", buffer, sizeof buffer);
  const Path folder = length > 0 ? Path(std::string(buffer, static_cast<std::size_t>(length))).parent_path() : Path("/usr/sbin");
  const Path beside = folder / "tenure-worker";
  boost::system::error_code ignored;
  if (boost::filesystem::exists(beside, ignored)) return beside;
  return (folder / ".." / "libexec" / "tenure" / "tenure-worker").lexically_normal();
}

}  // namespace tenure::config
