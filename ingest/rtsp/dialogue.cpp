#include "ingest/rtsp/dialogue.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/log.h"

namespace tenure::ingest::rtsp {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kBuffer = 256 << 10;
constexpr std::size_t kLargestBuffer = kMaxHeaderBytes + kMaxBodyBytes + (64 << 10);
constexpr int kReadsPerDrain = 8;  // a flood is left in the socket for the next tick, so that other cameras get theirs

[[noreturn]] void not_rtsp(const std::string& why) {
  throw Error(ErrorKind::corrupt, "the camera's answer cannot be read (" + why +
                                      "): check that url names its RTSP port, and update its firmware");
}

void refuse_redirect(const Response& response) {
  if (response.status < 300 || response.status > 399) return;
  const auto place = place_of(std::string(response.header("location")));
  throw Error(ErrorKind::refused,
              fmt::format("camera answered {}{}: Tenure follows no redirects; enter the address it points to if it is yours",
                          response.status, place.empty() ? "" : " (to " + place + ')'));
}

// 0: it has none.
unsigned sequence_of(const Response& response) {
  std::uint64_t number = 0;
  return parse_number(response.header("cseq"), 0xffff'ffff, number) ? static_cast<unsigned>(number) : 0;
}

}  // namespace

Dialogue::Dialogue(Connection& connection, Authenticator auth, Duration reply_timeout, OnRead on_read, OnFrame on_frame)
    : connection_(connection), auth_(std::move(auth)), reply_timeout_(reply_timeout), on_read_(std::move(on_read)),
      on_frame_(std::move(on_frame)), buffer_(std::make_unique_for_overwrite<std::uint8_t[]>(kBuffer)), capacity_(kBuffer) {}

void Dialogue::send(const Request& request) {
  const auto authorization = auth_.authorization(request.method, request.uri);
  std::string text = fmt::format("{} {} RTSP/1.0\r\nCSeq: {}\r\nUser-Agent: Tenure/" TENURE_VERSION "\r\n{}", request.method,
                                 request.uri, ++sequence_, request.headers);
  if (!session_.empty()) text += "Session: " + session_ + "\r\n";
  if (!authorization.empty()) text += "Authorization: " + authorization + "\r\n";
  text += "\r\n";
  unanswered_ = request;
  connection_.write(text);
}

asio::awaitable<Response> Dialogue::ask(Request request) {
  for (;;) {
    send(request);
    auto response = co_await reply(sequence_, request.method);
    refuse_redirect(response);
    if (response.status != 401) {
      auth_.accepted();
      co_return response;
    }
    auth_.challenged(response);  // throws when trying again is useless
  }
}

asio::awaitable<Response> Dialogue::reply(unsigned sequence, const std::string& method) {
  const auto deadline = std::chrono::steady_clock::now() + reply_timeout_;
  int skipped = 0;
  for (;;) {
    Response response;
    while (take(response)) {
      const auto number = sequence_of(response);
      if (number == sequence || number == 0) co_return response;
      if (number > sequence || ++skipped > 16)
        throw Error(ErrorKind::corrupt, fmt::format("the camera answers {} with CSeq {} where {} was asked: update its firmware",
                                                    method, number, sequence));
    }
    const auto space = room();
    std::size_t size = 0;
    if (std::chrono::steady_clock::now() < deadline) {
      size = co_await connection_.read(space, deadline);
    }
    if (size == 0)
      throw Error(ErrorKind::unavailable, fmt::format("the camera did not answer {} within {}: check that it is not overloaded",
                                                      method, to_text(reply_timeout_)));
    to_ += size;
    on_read_(size);
  }
}

void Dialogue::drain() {
  for (int reads = 0; reads < kReadsPerDrain; ++reads) {
    const auto space = room();
    const auto size = connection_.read_now(space);
    if (!size) return;
    to_ += *size;
    on_read_(*size);
    Response response;
    while (take(response)) {
      refuse_redirect(response);
      last_status_ = response.status;
      if (response.status == 401) {
        auth_.challenged(response);
        const auto again = unanswered_;
        send(again);
      } else {
        auth_.accepted();
      }
    }
    if (*size < space.size() && !connection_.address().tls) return;
  }
}

bool Dialogue::take(Response& response) {
  for (;;) {
    const View bytes(buffer_.get() + from_, to_ - from_);
    switch (look(bytes)) {
      case Arrival::nothing: return false;
      case Arrival::line_break: ++from_; break;
      case Arrival::garbage: not_rtsp("its bytes begin with \"" + log_safe(as_text(bytes.first(std::min<std::size_t>(bytes.size(), 20)))) + '"');
      case Arrival::frame: {
        const auto frame = take_frame(bytes);
        if (frame.size == 0) return false;
        from_ += frame.size;
        on_frame_(frame);
        break;
      }
      case Arrival::text: {
        auto text = take_text(bytes);
        if (!text.problem.empty()) not_rtsp(text.problem);
        if (text.size == 0) return false;
        from_ += text.size;
        if (text.is_request) break;
        response = std::move(text.response);
        return true;
      }
    }
  }
}

void Dialogue::compact() {
  if (from_ == 0) return;
  std::memmove(buffer_.get(), buffer_.get() + from_, to_ - from_);
  to_ -= from_;
  from_ = 0;
}

// Only the incomplete message at the end is left in the buffer; it grows only for one that is larger than usual.
std::span<std::uint8_t> Dialogue::room() {
  compact();
  if (to_ == capacity_) {
    if (capacity_ >= kLargestBuffer) not_rtsp("a message is longer than 384 KiB");
    auto larger = std::make_unique_for_overwrite<std::uint8_t[]>(kLargestBuffer);
    std::memcpy(larger.get(), buffer_.get(), to_);
    buffer_ = std::move(larger);
    capacity_ = kLargestBuffer;
  }
  return {buffer_.get() + to_, capacity_ - to_};
}

}  // namespace tenure::ingest::rtsp
