#include "ingest/rtsp/auth.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>

#include "base/entropy.h"
#include "base/error.h"
#include "base/log.h"

namespace tenure::ingest::rtsp {

namespace {

constexpr unsigned kMostTries = 3;

std::string hashed(Scheme scheme, const std::string& text) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  const auto* algorithm = scheme == Scheme::digest_sha256 ? EVP_sha256() : EVP_md5();
  if (EVP_Digest(text.data(), text.size(), out.data(), &size, algorithm, nullptr) != 1)
    throw Error(ErrorKind::internal, "OpenSSL offers no MD5, which this camera's Digest login needs");
  return to_hex(View(out).first(size));
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

bool is_token(char c) { return c > ' ' && c < 0x7f && std::string_view("=,\"").find(c) == std::string_view::npos; }

// Walks `scheme name=value, name="value", scheme …`.
class ChallengeScanner {
 public:
  explicit ChallengeScanner(std::string_view text) : text_(text) {}
  std::string_view token() {
    const auto from = at_;
    while (at_ < text_.size() && is_token(text_[at_])) ++at_;
    return text_.substr(from, at_ - from);
  }
  std::string value() {
    if (peek() != '"') return std::string(token());
    std::string out;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      out += text_[at_];
    }
    ++at_;
    return out;
  }
  void skip(std::string_view any) {
    while (at_ < text_.size() && any.find(text_[at_]) != std::string_view::npos) ++at_;
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void step() { ++at_; }
  bool done() const { return at_ >= text_.size(); }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

struct Draft {
  std::string scheme;
  Challenge challenge;
};

void set_parameter(Draft& draft, std::string_view name, std::string value) {
  auto& challenge = draft.challenge;
  if (same_word(name, "realm")) challenge.realm = std::move(value);
  if (same_word(name, "nonce")) challenge.nonce = std::move(value);
  if (same_word(name, "opaque")) challenge.opaque = std::move(value);
  if (same_word(name, "algorithm")) challenge.algorithm = std::move(value);
  if (same_word(name, "stale")) challenge.stale = same_word(value, "true");
  if (same_word(name, "qop")) {
    std::string_view rest = value;
    while (!rest.empty()) {
      const auto comma = rest.find(',');
      if (same_word(trim(rest.substr(0, comma)), "auth")) challenge.qop_auth = true;
      rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    }
  }
}

// False for what cannot be answered: another scheme, another algorithm, a Digest without a nonce.
bool complete(Draft& draft) {
  auto& challenge = draft.challenge;
  if (same_word(draft.scheme, "basic")) return true;
  if (!same_word(draft.scheme, "digest") || challenge.nonce.empty()) return false;
  auto algorithm = lower(challenge.algorithm);
  if (algorithm.ends_with("-sess")) {
    challenge.session_key = true;
    algorithm.resize(algorithm.size() - 5);
  }
  challenge.scheme = algorithm == "sha-256" ? Scheme::digest_sha256 : Scheme::digest_md5;
  return algorithm.empty() || algorithm == "md5" || algorithm == "sha-256";
}

}  // namespace

std::vector<Challenge> parse_challenges(std::string_view header) {
  std::vector<Challenge> out;
  Draft draft;
  const auto finish = [&] {
    if (!draft.scheme.empty() && complete(draft)) out.push_back(std::move(draft.challenge));
    draft = {};
  };
  ChallengeScanner scan(header);
  while (!scan.done() && out.size() < 16) {
    scan.skip(" \t,");
    const auto word = scan.token();
    scan.skip(" \t");
    if (scan.peek() == '=') {
      scan.step();
      scan.skip(" \t");
      set_parameter(draft, word, scan.value());
    } else if (!word.empty()) {
      finish();
      draft.scheme = word;
    } else {
      scan.step();
    }
  }
  finish();
  return out;
}

Authenticator::Authenticator(std::string username, std::string password, bool allow_basic)
    : username_(std::move(username)), password_(std::move(password)), allow_basic_(allow_basic) {
  const auto breaks = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
  if (std::ranges::any_of(username_, breaks))
    throw Error(ErrorKind::usage, "the camera's user name holds a line break: remove it");
}

void Authenticator::challenged(const Response& response) {
  if (username_.empty())
    throw Error(ErrorKind::refused, "the camera wants a user name and password (401): set username and password");
  std::optional<Challenge> best;
  for (const auto header : response.all("www-authenticate"))
    for (auto& challenge : parse_challenges(header))
      if (!best || best->scheme < challenge.scheme) best = std::move(challenge);
  if (!best)
    throw Error(ErrorKind::refused,
                "the camera offers no way to log in that Tenure knows (Digest with MD5 or SHA-256, or Basic): update its "
                "firmware or enable Digest in its settings");
  if (best->scheme == Scheme::basic && !allow_basic_)
    throw Error(ErrorKind::refused,
                "the camera only offers Basic authentication, which would send its password readable over the network: "
                "enable Digest or RTSPS in the camera, or set allow_basic = true for it");
  ++refusals_;
  if (challenge_ && ((refusals_ > 1 && !best->stale) || refusals_ > kMostTries))
    throw Error(ErrorKind::refused, "the camera refused the user name or password (401): check username and password");
  challenge_ = std::move(best);
  count_ = 0;
}

std::string Authenticator::authorization(std::string_view method, std::string_view uri) {
  std::array<std::uint8_t, 16> random{};
  fill_random(random);
  return authorization(method, uri, to_hex(random));
}

std::string Authenticator::authorization(std::string_view method, std::string_view uri, const std::string& client_nonce) {
  if (!challenge_) return {};
  if (challenge_->scheme != Scheme::basic) return digest(method, uri, client_nonce);
  const auto pair = username_ + ':' + password_;
  return "Basic " + to_base64(as_view(pair));
}

std::string Authenticator::digest(std::string_view method, std::string_view uri, const std::string& client_nonce) {
  const auto& c = *challenge_;
  const auto count = fmt::format("{:08x}", ++count_);
  auto secret = hashed(c.scheme, username_ + ':' + c.realm + ':' + password_);
  if (c.session_key) secret = hashed(c.scheme, secret + ':' + c.nonce + ':' + client_nonce);
  const auto request = hashed(c.scheme, fmt::format("{}:{}", method, uri));
  const auto middle = c.qop_auth ? fmt::format("{}:{}:{}:auth", c.nonce, count, client_nonce) : c.nonce;
  const auto answer = hashed(c.scheme, secret + ':' + middle + ':' + request);
  auto out = fmt::format("Digest username={}, realm={}, nonce={}, uri=\"{}\", response=\"{}\"", quoted(username_),
                         quoted(c.realm), quoted(c.nonce), uri, answer);
  if (!c.algorithm.empty()) out += ", algorithm=" + c.algorithm;
  if (!c.opaque.empty()) out += ", opaque=" + quoted(c.opaque);
  if (c.qop_auth || c.session_key) out += ", cnonce=\"" + client_nonce + '"';
  if (c.qop_auth) out += ", qop=auth, nc=" + count;
  return out;
}

}  // namespace tenure::ingest::rtsp
