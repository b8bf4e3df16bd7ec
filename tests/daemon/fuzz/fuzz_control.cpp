// What a client of the control socket can send: frames, the request in them, and its arguments as times, ids and lists.
#include <cstdint>

#include "base/error.h"
#include "daemon/control/args.h"
#include "daemon/wire/frame.h"
#include "daemon/wire/message.h"

using namespace tenure;

static void read_as_everything(const wire::Request& request) {
  const daemon::Args args(request.args, "Europe/London", instant_from_micros(1'772'460'000'000'000));
  const auto quietly = [](auto body) {
    try {
      body();
    } catch (const Error&) {
    }
  };
  quietly([&] { args.maybe_span(); });
  quietly([&] { args.review("review"); });
  quietly([&] { args.hold("id"); });
  quietly([&] { args.texts("numbers"); });
  quietly([&] { args.number("limit", 0, 100); });
  quietly([&] {
    for (const auto& one : args.objects("spans")) one.span();
  });
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  View left(data, size);
  wire::JsonText text(wire::kLargestRequest);
  while (left.size() >= wire::kHeaderSize) {
    std::string why;
    const auto header = wire::parse_header(left.first(wire::kHeaderSize), why);
    left = left.subspan(wire::kHeaderSize);
    if (!header || header->size > left.size() || !text.add(left.first(header->size))) return 0;
    left = left.subspan(header->size);
    if (header->type != wire::Type::json) continue;
    try {
      read_as_everything(wire::parse_request(text.take()));
    } catch (const Error& error) {
      wire::parse_error(wire::to_text(error));
    }
  }
  return 0;
}
