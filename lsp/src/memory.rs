//! Memory that was used once goes back to the system. A language server makes large answers all day long, each on
//! another thread, and holds little between them; the C library's allocator keeps what they took, for each thread.

/// To be called before there is a second thread.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "the C library has no other way to say this; it halves what the server holds")]
pub(crate) fn give_back() {
    /// Two threads compute at a time.
    const ARENAS: libc::c_int = 2;
    /// Beyond it memory is mapped for itself, and kept if it is free at the end of an arena. Smaller values cost time.
    const KEPT: libc::c_int = 1 << 19;
    // SAFETY: `mallopt` takes two numbers and reads no memory of ours. It is not to be called beside an allocation of
    // another thread, and there is no other thread yet. What it refuses, it leaves as it was.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, ARENAS);
        libc::mallopt(libc::M_MMAP_THRESHOLD, KEPT);
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT);
    }
}

/// Other systems' allocators see to it themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn give_back() {}
