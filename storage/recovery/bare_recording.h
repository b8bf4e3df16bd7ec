// Recording while the catalogue can be neither opened nor rebuilt (I14). What that needs and nothing else is opened:
// the keys and the vaults. Footage is sealed as ever, each file under a key of its own, but gets no row: nobody sees,
// holds or deletes anything until the catalogue is back, and then these files are adopted as orphans are (I2). Alone,
// under the lock of the state folder, and gone before the catalogue is opened again: two must never hand out key slots.
#pragma once
#include "base/clock.h"
#include "config/settings.h"
#include "storage/recording/recorder.h"

namespace tenure::storage {

class BareRecording {
 public:
  // Makes nothing: throws Error when nothing was ever kept here, or the keys cannot be read.
  BareRecording(const config::Settings& settings, const Clock& clock);
  ~BareRecording();
  Recorder& recorder();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Why the catalogue can be neither read nor written now; empty when it can, or when it is missing and may be rebuilt.
// Quick: that it is sound throughout is for the start to find.
std::string catalogue_trouble(const Path& state);

}  // namespace tenure::storage
