// Takes one recording that is whole into the store: gathers what is known of the call, makes sure that the bytes stood
// still, commits, and only then acknowledges the source. One thread at a time.
#pragma once
#include "config/settings.h"
#include "ingest/telephony/folder.h"
#include "ingest/telephony/sidecar.h"
#include "media/audio_check.h"
#include "storage/calls/call_store.h"

namespace tenure::ingest {

// The best evidence of each fact: sidecar, then the file's name; the start never from the file's times. It is now when
// nothing tells, or only what lies in the future.
storage::CallDetails details_of(const config::Calls& settings, const std::string& path, const media::AudioFacts& facts,
                                const Sidecar* sidecar, const TrustedTime& time);

media::AudioFacts check_file(const File& file);

class Importer {
 public:
  Importer(const config::Calls& settings, const Folder& folder, storage::CallStore& store) : settings_(settings), folder_(folder), store_(store) {}
  // Throws Error{unavailable} when the file changed while it was read (it is looked at again), Error{corrupt} when it is
  // not what the sidecar says, Error{refused} from the store.
  storage::ImportOutcome take(const std::string& path, const FileStamp& stamp, const storage::CallDetails& details,
                              const Sidecar* sidecar) const;

 private:
  const config::Calls& settings_;
  const Folder& folder_;
  storage::CallStore& store_;
};

}  // namespace tenure::ingest
