// The worker's two jobs. Each reads the input descriptor to its end, writes the output descriptor, and reports what it
// did; each throws Error and then nothing of the output may be used.
#pragma once
#include "media/worker/job.h"

namespace tenure::worker {

void redact_video(const VideoJob& job);
void redact_audio(const AudioJob& job);

}  // namespace tenure::worker
