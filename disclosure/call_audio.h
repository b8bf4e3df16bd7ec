// One call's recording, opened for export, and what its own bytes say it is. One thread at a time.
#pragma once
#include "disclosure/export.h"
#include "media/audio_check.h"

namespace tenure::disclosure {

struct CallAudio {
  storage::CallRow row;
  storage::SealedReader reader;
  media::AudioFacts facts;
  media::ByteSource source();
};

// Throws Error{not_found}, Error{refused} when it may not be read, Error{corrupt}.
CallAudio open_call(const ExportContext& context, const SegmentId& call);
std::string call_subject(const std::string& kind, const SegmentId& call);

}  // namespace tenure::disclosure
