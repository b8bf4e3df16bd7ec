// Answers a camera's WWW-Authenticate: Digest (RFC 2617, RFC 7616) with MD5 or SHA-256, and Basic only where the
// settings allow it or the connection is encrypted. The strongest scheme offered is taken. Holds the password; never
// puts it, or anything made from it, into a message. Pure but for the client nonce; input may be hostile.
#pragma once
#include <optional>

#include "ingest/rtsp/message.h"

namespace tenure::ingest::rtsp {

enum class Scheme { basic, digest_md5, digest_sha256 };  // weakest first

struct Challenge {
  Scheme scheme = Scheme::basic;
  std::string realm, nonce, opaque, algorithm;
  bool session_key = false;  // "-sess"
  bool qop_auth = false;
  bool stale = false;
};
// Every challenge we can answer in one header's value; a header may hold several.
std::vector<Challenge> parse_challenges(std::string_view header);

class Authenticator {
 public:
  Authenticator(std::string username, std::string password, bool allow_basic);
  // A 401 came. Returns when the request may be tried again; throws Error{refused} with the remedy when that is useless:
  // no credentials set, credentials refused, only Basic or only unknown schemes offered.
  void challenged(const Response& response);
  // A request with credentials was accepted: a later 401 may then just be an expired nonce.
  void accepted() { refusals_ = 0; }
  // The value of the Authorization header; empty before the first challenge.
  std::string authorization(std::string_view method, std::string_view uri);
  // The same with a given client nonce.
  std::string authorization(std::string_view method, std::string_view uri, const std::string& client_nonce);

 private:
  std::string digest(std::string_view method, std::string_view uri, const std::string& client_nonce);
  const std::string username_, password_;
  const bool allow_basic_;
  std::optional<Challenge> challenge_;
  unsigned count_ = 0;     // requests made with this nonce
  unsigned refusals_ = 0;  // 401s since a request was last accepted
};

}  // namespace tenure::ingest::rtsp
