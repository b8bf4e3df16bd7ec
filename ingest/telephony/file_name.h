// Names of files that a telephone system drops: hostile input, with callers' numbers in them. Pure.
#pragma once
#include <string>
#include <string_view>

namespace tenure::ingest {

enum class FileKind {
  audio,     // .wav, .WAV, .mp3
  sidecar,   // .json
  unfinished,  // an uploader's temporary name: left alone until it is renamed
  other,
};

inline constexpr std::size_t kLongestName = 255;

// Why one name (no folder) cannot be taken, or empty.
std::string name_problem(std::string_view name);
FileKind kind_of(std::string_view path);
// "a/b/x.wav" -> "a/b/x" and "wav".
std::string_view without_extension(std::string_view path);
std::string_view extension_of(std::string_view path);
// For status and log: control bytes escaped, and every run of seven digits or more shown as "…0123".
std::string masked(std::string_view path);
std::string lower(std::string_view text);  // A to Z only, whatever the locale
bool is_utf8(std::string_view text);

}  // namespace tenure::ingest
