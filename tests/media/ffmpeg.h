// Real inputs and real judges: ffmpeg and ffprobe as processes, in a folder that lives as long as the test program.
#pragma once
#include <string>

#include "base/bytes.h"
#include "media/fmp4_writer.h"
#include "media/parameter_sets.h"

namespace tenure::media::testing {

std::string folder();                            // made once, removed at exit
std::string run(const std::string& command);     // standard output and error together; fails the test on a bad status
Blob read_file(const std::string& path);
std::string write_file(const std::string& name, View bytes);  // gives the path
// One line a picture: the digests of what is decoded, without the times.
std::string pictures(const std::string& path);
// What `ffmpeg -xerror` has to say about the whole file; empty when it decodes without a word.
std::string complaints(const std::string& path);

// Four seconds of 160x120 at 25 frames/s made by `encoder` as raw NAL units; made once for each arguments.
std::string elementary(Codec codec, const std::string& arguments);

struct Stream {
  Track track;
  std::vector<Sample> samples;  // decode order, with presentation times from the encoder's own
};
// Access units of elementary(), in-band sets kept, times as libav reads them out of an MP4 of the same pictures.
Stream stream_of(Codec codec, const std::string& arguments);
// The stream in fragments cut before each key frame, init first.
Blob fragmented(const Stream& video, const Stream* sound = nullptr);
Stream sine(Codec codec);  // four seconds

}  // namespace tenure::media::testing
