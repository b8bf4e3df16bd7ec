// Requests and replies over one connection: CSeq, authentication, the read buffer, and the frames that come between
// replies. Bounded: one reply deadline per request however slowly bytes drip, and a buffer that never grows beyond one
// largest message. On the io thread.
#pragma once
#include <functional>

#include "ingest/rtsp/auth.h"
#include "ingest/rtsp/connection.h"

namespace tenure::ingest::rtsp {

class Dialogue {
 public:
  using OnFrame = std::function<void(const Frame&)>;
  using OnRead = std::function<void(std::size_t bytes)>;
  Dialogue(Connection& connection, Authenticator auth, Duration reply_timeout, OnRead on_read, OnFrame on_frame);

  struct Request {
    std::string method, uri, headers;  // headers: whole lines, each ended by CR LF
  };
  // Sends and waits for the reply; answers a 401 once or twice. Redirects throw Error{refused}.
  boost::asio::awaitable<Response> ask(Request request);
  // Sends without waiting; its reply is read over by drain(), which logs in anew when it is a 401.
  void send(const Request& request);
  // Reads what has come without waiting, gives its frames, reads over replies. Throws when the session is over.
  void drain();
  void set_session(std::string id) { session_ = std::move(id); }
  int last_status() const { return last_status_; }  // of the last reply that drain() read over

 private:
  boost::asio::awaitable<Response> reply(unsigned sequence, const std::string& method);
  std::span<std::uint8_t> room();
  // Takes what is whole out of the buffer; true when it stopped at a response, which is then in `response`.
  bool take(Response& response);
  void compact();

  Connection& connection_;
  Authenticator auth_;
  const Duration reply_timeout_;
  OnRead on_read_;
  OnFrame on_frame_;
  std::unique_ptr<std::uint8_t[]> buffer_;
  std::size_t capacity_, from_ = 0, to_ = 0;
  unsigned sequence_ = 0;
  std::string session_;
  Request unanswered_;   // the last one of send()
  int last_status_ = 0;
};

}  // namespace tenure::ingest::rtsp
