// Sends an export's files to a client as frames, from a `jobs` thread, straight into the socket: nothing is buffered but
// what the kernel holds, so a slow client slows only its own export, and one that
// takes nothing for `patience`, or less than Pace::kSlowest over all of it, ends it.
#pragma once
#include <atomic>

#include "base/file.h"
#include "daemon/control/pace.h"
#include "daemon/wire/frame.h"
#include "disclosure/export.h"

namespace tenure::daemon {

class StreamSink : public disclosure::ExportSink {
 public:
  // `socket` is taken; it may be in non-blocking mode. `stopping` ends it early.
  StreamSink(File socket, Duration patience, const std::atomic<bool>& stopping);
  void begin_file(const std::string& name) override;
  void write(View bytes) override;
  void end_file() override;
  void progress(double done, const std::string& what) override;

 private:
  void send(wire::Type type, View payload);
  void send_all(View bytes);
  void wait_for_room();
  File socket_;
  const Duration patience_;
  Pace pace_{patience_};
  const std::atomic<bool>& stopping_;
};

}  // namespace tenure::daemon
