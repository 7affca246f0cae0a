# cmake --toolchain cmake/arm64.cmake: from another Debian machine for arm64, with crossbuild-essential-arm64 and the
# libraries' arm64 packages installed.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_AR aarch64-linux-gnu-ar CACHE FILEPATH "")
set(MOLD NO CACHE FILEPATH "")  # the cross compiler looks for linkers of its own prefix
