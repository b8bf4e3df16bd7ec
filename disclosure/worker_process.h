// One run of tenure-worker: started with four descriptors and nothing else, fed and drained at the same time (a thread of
// its own feeds), killed when the export is cancelled or anything on this side throws. Blocks.
#pragma once
#include <atomic>
#include <boost/json/object.hpp>
#include <functional>

#include "base/file.h"
#include "media/worker/job.h"

namespace tenure::disclosure {

struct WorkerRun {
  Path program;
  worker::Job job;
  // Called on the feeding thread: gives all media to `write`, in order.
  std::function<void(const std::function<void(View)>& write)> feed;
  std::function<void(View)> output;           // called on the calling thread, as is progress
  std::function<void(double)> progress;
};

// What the worker reported. Throws Error: its own sentence and kind (corrupt only where decoding failed), that it was killed
// (unavailable) or crashed (internal), cancellation (unavailable), or whatever feed() threw.
boost::json::object run_worker(const WorkerRun& run, const std::atomic<bool>& cancelled);

}  // namespace tenure::disclosure
