#include "storage/keys/erasure_level.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <boost/filesystem/operations.hpp>
#include <fstream>
#include <sstream>

#include "base/error.h"

namespace tenure::storage {

namespace fs = boost::filesystem;

namespace {
std::string text_of(const Path& path) {
  std::ifstream in(path.string());
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

bool is_any(const std::string& name, std::initializer_list<const char*> of) {
  return std::ranges::any_of(of, [&](const char* one) { return name == one; });
}

// dm-crypt, here or below: /sys/dev/block/8:1/dm/uuid, and its slaves.
bool is_encrypted(const Path& block, int depth = 0) {
  constexpr int kDeepest = 8;
  boost::system::error_code error;
  if (text_of(block / "dm" / "uuid").starts_with("CRYPT-")) return true;
  if (depth == kDeepest || !fs::is_directory(block / "slaves", error)) return false;
  for (const auto& below : fs::directory_iterator(block / "slaves", error))
    if (is_encrypted(below.path(), depth + 1)) return true;
  return false;
}

// As systemd-detect-virt looks: the firmware's names, then what the processor says.
std::string virtual_machine() {
  static constexpr std::array<std::pair<const char*, const char*>, 9> kVendors{{
      {"QEMU", "qemu"}, {"KVM", "kvm"}, {"VMware", "vmware"}, {"innotek", "virtualbox"}, {"VirtualBox", "virtualbox"},
      {"Xen", "xen"}, {"Virtual Machine", "hyper-v"}, {"Amazon EC2", "amazon"}, {"Google Compute", "google"}}};
  std::string names;
  for (const auto* file : {"sys_vendor", "product_name", "bios_vendor"}) names += text_of(Path("/sys/class/dmi/id") / file);
  for (const auto& [mark, name] : kVendors)
    if (names.find(mark) != std::string::npos) return name;
  const auto hypervisor = text_of("/sys/hypervisor/type");
  if (!hypervisor.empty()) return hypervisor.substr(0, hypervisor.find('\n'));
  const auto processor = text_of("/proc/cpuinfo");
  const auto flags = processor.find("\nflags");
  const auto line = flags == std::string::npos ? std::string() : processor.substr(flags, processor.find('\n', flags + 1) - flags) + " ";
  return line.find(" hypervisor ") == std::string::npos ? "" : "some hypervisor";
}
}  // namespace

// "36 35 98:0 /root /mount rw,noatime shared:1 - ext4 /dev/sda1 rw,data=journal": the later of two mounts lies on top.
MachineFacts facts_in_mountinfo(const std::string& mountinfo, const std::string& device) {
  MachineFacts facts;
  std::istringstream lines(mountinfo);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string id, parent, number, root, mount, options, word, type, source, own;
    words >> id >> parent >> number >> root >> mount >> options;
    while (words >> word && word != "-") {}
    words >> type >> source >> own;
    if (number != device || type.empty()) continue;
    facts.file_system = type;
    facts.options = options + "," + own;
  }
  return facts;
}

MachineFacts machine_facts(const Path& folder) {
  struct stat info {};
  if (::stat(folder.c_str(), &info) != 0) return {};
  const auto device = std::to_string(gnu_dev_major(info.st_dev)) + ":" + std::to_string(gnu_dev_minor(info.st_dev));
  auto facts = facts_in_mountinfo(text_of("/proc/self/mountinfo"), device);
  boost::system::error_code error;
  facts.encrypted = is_encrypted(Path("/sys/dev/block") / device);
  facts.tpm = fs::exists("/sys/class/tpm/tpm0", error);
  facts.virtual_machine = virtual_machine();
  facts.container = fs::exists("/run/systemd/container", error) || fs::exists("/.dockerenv", error);
  return facts;
}

ErasureLevel judge_erasure(const MachineFacts& facts, bool key_is_credential, bool was_rotated) {
  ErasureLevel judged{0, "warning", {}, {}};
  const auto& name = facts.file_system;
  const bool journals_data = facts.options.find("data=journal") != std::string::npos;
  if (is_any(name, {"ext4", "ext3", "ext2", "xfs"}) && !journals_data) {
    judged = {1, "good", name + ": an erased key is overwritten in place", {}};
  } else if (journals_data) {
    judged.text = name + " with data=journal: an erased key also stands in the journal until that is written over; mount with data=ordered";
  } else if (is_any(name, {"btrfs", "zfs", "bcachefs", "f2fs", "nilfs2"})) {
    judged.text = name + ": never writes in place, so an erased key stays on the disk until its block is used again, and in every snapshot; use ext4 or xfs";
  } else if (is_any(name, {"nfs", "nfs4", "cifs", "smb3", "smbfs"})) {
    judged.verdict = "bad";
    judged.text = name + ": a network file system keeps no order of writes and may keep old versions; use a local disk";
  } else if (name == "overlay") {
    judged.text = "overlay: a container's layer; put the state on a volume of the host that is ext4 or xfs";
  } else if (is_any(name, {"tmpfs", "ramfs"})) {
    judged.text = name + ": lies in memory; nothing survives a restart";
  } else {
    judged.text = (name.empty() ? "unknown" : name) + ": not one whose overwriting in place is known";
  }
  if (judged.level == 1 && facts.encrypted) judged.level = 2;
  if (judged.level == 2 && facts.tpm && key_is_credential && was_rotated) judged.level = 3;
  if (!facts.virtual_machine.empty())
    judged.warnings.push_back("this is a virtual machine (" + facts.virtual_machine + "): snapshots and images of it that others take bring erased keys back;"
                              " agree with whoever runs it that there are none, or for how long");
  if (judged.level == 1) judged.warnings.emplace_back("the disk is not seen to be encrypted: on a solid-state disk a laboratory might recover an overwritten key");
  return judged;
}

void refuse_hopeless(const MachineFacts& facts, const Path& folder) {
  if (judge_erasure(facts, false, false).verdict != "bad") return;
  throw Error(ErrorKind::refused, "The state directory " + folder.string() + " lies on " + facts.file_system +
                                      ", a network file system, where neither the catalogue nor the keys are safe: use a local disk.");
}

}  // namespace tenure::storage
