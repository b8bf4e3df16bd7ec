#include "storage/ledger/tile_files.h"

#include <algorithm>
#include <boost/filesystem/operations.hpp>

#include "base/error.h"

namespace tenure::storage {

namespace fs = boost::filesystem;

namespace {
constexpr std::size_t kLargestBundle = tree::kTileWidth * (2 + 65'535);

std::string number_path(std::uint64_t number) {
  const auto three = [](std::uint64_t part) {
    auto text = std::to_string(part);
    return std::string(3 - text.size(), '0') + text;
  };
  std::string path = three(number % 1000);
  for (number /= 1000; number > 0; number /= 1000) path.insert(0, "x" + three(number % 1000) + "/");
  return path;
}

bool begins_with(const Blob& whole, const Blob& part) {
  return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
}

// The number in "x001/x234/067"; nothing for another name, such as that of a file half written.
std::optional<std::uint64_t> number_of(std::string_view path) {
  std::uint64_t number = 0;
  for (;;) {
    const auto slash = path.find('/');
    auto part = path.substr(0, slash);
    if (slash != std::string_view::npos && part.starts_with('x')) part.remove_prefix(1);
    if (part.size() != 3 || number > 1'000'000'000) return std::nullopt;
    for (const char c : part) {
      if (c < '0' || c > '9') return std::nullopt;
      number = number * 10 + static_cast<std::uint64_t>(c - '0');
    }
    if (slash == std::string_view::npos) return number;
    path.remove_prefix(slash + 1);
  }
}
}  // namespace

std::string tile_path(unsigned level, std::uint64_t index) { return "tile/" + std::to_string(level) + "/" + number_path(index); }
std::string bundle_path(std::uint64_t index) { return "tile/entries/" + number_path(index); }

Blob bundle_of(const std::vector<std::string>& bodies) {
  ByteWriter out;
  for (const auto& body : bodies) {
    out.u16(static_cast<std::uint16_t>(body.size()));
    out.text(body);
  }
  return out.take();
}

Bundle read_bundle(View bytes) {
  Bundle bundle;
  ByteReader reader(bytes);
  while (reader.left() > 0 && bundle.bodies.size() < tree::kTileWidth) {
    const auto body = reader.take(reader.u16());
    if (reader.failed()) break;
    bundle.bodies.push_back(as_text(body));
  }
  bundle.whole = !reader.failed() && reader.left() == 0;
  return bundle;
}

Blob read_tile_file(const Path& folder, const std::string& name) {
  const auto path = folder / name;
  boost::system::error_code error;
  if (!fs::is_regular_file(path, error)) return {};
  return read_whole(path, kLargestBundle);
}

std::optional<Path> write_tile_file(const Path& folder, const std::string& name, const Blob& bytes, bool afresh) {
  const auto path = folder / name;
  const auto held = read_tile_file(folder, name);
  if (held == bytes && !afresh) return std::nullopt;
  boost::system::error_code error;
  const bool is_new = fs::symlink_status(path, error).type() == fs::file_not_found;
  if (!is_new && (afresh || !begins_with(bytes, held))) {
    write_durably(path, bytes);
    return std::nullopt;
  }
  if (is_new) make_directories(path.parent_path());
  File file(path, is_new ? File::Mode::create : File::Mode::read_write);
  file.write_at(held.size(), View(bytes).subspan(held.size()));
  file.sync();
  return is_new ? std::optional(path.parent_path()) : std::nullopt;
}

std::uint64_t leaves_in_files(const Path& folder) {
  const auto level = folder / "tile" / "0";
  boost::system::error_code error;
  std::optional<std::uint64_t> last;
  for (fs::recursive_directory_iterator at(level, error), end; !error && at != end; at.increment(error)) {
    if (!fs::is_regular_file(at->path(), error)) continue;
    const auto number = number_of(fs::relative(at->path(), level).string());
    if (number) last = std::max(last.value_or(0), *number);
  }
  if (error && fs::is_directory(level)) throw Error(ErrorKind::io, "Cannot read the ledger's folder " + level.string() + ".", error.message());
  if (!last) return 0;
  return *last * tree::kTileWidth + read_tile_file(folder, tile_path(0, *last)).size() / 32;
}

}  // namespace tenure::storage
