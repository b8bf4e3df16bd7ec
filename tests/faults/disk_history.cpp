#include "tests/faults/disk_history.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/error.h"

namespace tenure::faults {

namespace {
constexpr std::size_t kSector = 512;

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}
std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

Blob read_bytes(std::istream& in, std::size_t size) {
  Blob bytes(size);
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  in.get();  // the end of the line
  return bytes;
}

void put(Blob& content, std::uint64_t offset, View bytes) {
  const auto end = static_cast<std::size_t>(offset) + bytes.size();
  if (content.size() < end) content.resize(end);
  std::ranges::copy(bytes, content.begin() + static_cast<std::ptrdiff_t>(offset));
}
}  // namespace

// How one state treats what was not synced.
struct DiskHistory::Choice {
  std::size_t operation;
  Loss loss;
  std::mt19937_64& random;
  std::uint64_t victim;        // of Loss::one: the file or folder that loses what it can
  bool chance(double share) { return std::uniform_real_distribution<>(0, 1)(random) < share; }
  bool keeps(std::uint64_t inode) {
    if (loss == Loss::random) return chance(0.5);
    return loss == Loss::none || (loss == Loss::one && inode != victim);
  }
};

DiskHistory::DiskHistory(const Path& log) {
  std::ifstream in(log.string(), std::ios::binary);
  std::map<std::string, std::uint64_t> live;
  for (std::string line; std::getline(in, line);) read(in, line, live);
  if (root_ == 0) throw Error(ErrorKind::internal, "The log of file operations is empty: was the shim preloaded?");
}

void DiskHistory::change(const std::string& gone, const std::string& made, std::uint64_t inode) {
  const auto at = events_.size();
  const auto from = gone.empty() ? std::string() : parent_of(gone), to = made.empty() ? std::string() : parent_of(made);
  if (!gone.empty() && from != to) folders_[folder_at_.at(from)].changes.push_back({at, name_of(gone), "", 0});
  if (!made.empty()) folders_[folder_at_.at(to)].changes.push_back({at, from == to ? name_of(gone) : "", name_of(made), inode});
  events_.push_back({'N', inode, 0, {}, {}});
}

// 0 for what never had a name.
std::uint64_t DiskHistory::number_in(std::istream& fields) const {
  std::uint64_t inode = 0;
  fields >> inode;
  const auto found = number_of_.find(inode);
  return found == number_of_.end() ? 0 : found->second;
}

void DiskHistory::read(std::istream& in, const std::string& line, std::map<std::string, std::uint64_t>& live) {
  std::istringstream fields(line);
  Event event;
  std::uint64_t size = 0, inode = 0;
  std::string path;
  fields >> event.what;
  const auto rest = [&] {
    std::getline(fields >> std::ws, path);
    return path;
  };
  switch (event.what) {
    case 'C':
    case 'D':
      fields >> inode;
      rest();
      event.inode = number_of_[inode] = ++last_number_;
      if (event.what == 'D') {
        folder_at_[path] = event.inode;
        folders_[event.inode] = {};
      }
      if (path == ".") root_ = event.inode;
      else change("", path, event.inode);
      live[path] = event.inode;
      return;
    case 'U':
      rest();
      change(path, "", 0);
      live.erase(path);
      return;
    case 'R': {
      rest();
      const auto tab = path.find('\t');
      const auto from = path.substr(0, tab), to = path.substr(tab + 1);
      change(from, to, live[from]);
      live[to] = live[from];
      live.erase(from);
      return;
    }
    case 'W':
      event.inode = number_in(fields);
      fields >> event.offset >> size;
      event.bytes = read_bytes(in, size);
      break;
    case 'T':
      event.inode = number_in(fields);
      fields >> event.offset;
      break;
    case 'S':
      event.inode = number_in(fields);
      break;
    case 'A': {
      fields >> size;
      const auto bytes = read_bytes(in, size);
      event.text = as_text(bytes);
      break;
    }
    default: throw Error(ErrorKind::internal, "The log of file operations cannot be understood: " + line);
  }
  if (event.what == 'S' && folders_.contains(event.inode)) folders_[event.inode].syncs.push_back(events_.size());
  else if (event.inode != 0) of_file_[event.inode].push_back(events_.size());
  events_.push_back(std::move(event));
}

std::vector<std::size_t> DiskHistory::turning_points() const {
  std::vector<std::size_t> found;
  for (std::size_t at = 0; at < events_.size(); ++at)
    if (events_[at].what == 'S' || (events_[at].what == 'A' && (at + 1 == events_.size() || events_[at + 1].what != 'A'))) found.push_back(events_[at].what == 'S' ? at : at + 1);
  return found;
}

DiskHistory::Names DiskHistory::names_in(std::uint64_t folder, Choice& choice) const {
  Names names;
  const auto found = folders_.find(folder);
  if (found == folders_.end()) return names;
  std::size_t synced = 0;
  for (const auto at : found->second.syncs)
    if (at < choice.operation) synced = at;
  for (const auto& change : found->second.changes) {
    if (change.at >= choice.operation) break;
    if (change.at > synced && !choice.keeps(folder)) break;  // and with it all that followed
    if (!change.gone.empty()) names.erase(change.gone);
    if (!change.made.empty()) names[change.made] = change.inode;
  }
  return names;
}

Blob DiskHistory::content_of(std::uint64_t inode, Choice& choice) const {
  Blob content;
  const auto found = of_file_.find(inode);
  if (found == of_file_.end()) return content;
  std::size_t synced = 0;
  for (const auto at : found->second)
    if (at < choice.operation && events_[at].what == 'S') synced = at;
  for (const auto at : found->second) {
    if (at >= choice.operation) break;
    const auto& event = events_[at];
    const bool open = at > synced;
    if (event.what == 'S' || (open && !choice.keeps(inode))) continue;
    if (event.what == 'T') {
      content.resize(static_cast<std::size_t>(event.offset));
      continue;
    }
    View bytes = event.bytes;
    if (open && choice.loss == Loss::random && bytes.size() > kSector && choice.chance(0.3)) bytes = bytes.first(choice.random() % (bytes.size() / kSector) * kSector);
    put(content, event.offset, bytes);
  }
  return content;
}

void DiskHistory::write_folder(std::uint64_t inode, const Path& to, Choice& choice) const {
  make_directories(to);
  for (const auto& [name, of] : names_in(inode, choice)) {
    if (folders_.contains(of)) {
      write_folder(of, to / name, choice);
    } else if (!name.ends_with("-shm")) {  // never synced, never read after a restart
      const auto content = content_of(of, choice);
      File file(to / name, File::Mode::create);
      constexpr std::size_t kBlock = std::size_t{64} << 10;
      static const Blob zeros(kBlock);
      for (std::size_t at = 0; at < content.size(); at += kBlock) {
        const auto block = View(content).subspan(at, std::min(kBlock, content.size() - at));
        if (!std::equal(block.begin(), block.end(), zeros.begin())) file.write_at(at, block);
      }
      file.truncate(content.size());
    }
  }
}

std::string DiskHistory::state_at(std::size_t operation, Loss loss, std::mt19937_64& random, const Path& folder) const {
  std::vector<std::uint64_t> recent;  // what was written or named lately
  for (std::size_t at = operation > 60 ? operation - 60 : 0; at < operation; ++at)
    if (events_[at].inode != 0 && events_[at].what != 'S') recent.push_back(events_[at].inode);
  Choice choice{operation, loss, random, recent.empty() ? 0 : recent[random() % recent.size()]};
  write_folder(root_, folder, choice);
  std::string said;
  for (std::size_t at = 0; at < operation; ++at)
    if (events_[at].what == 'A') said += events_[at].text;
  return said;
}

}  // namespace tenure::faults
