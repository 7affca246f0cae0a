//! Drives azure_storage_blob, Azure's SDK for Rust, against `LAZULITE_CONNECTION_STRING`.
//!
//! This SDK signs nothing with an account key: its users give it URLs that hold a SAS, and so does every test here.
#![cfg(test)]

mod conditions;
mod download;
mod env;
mod errors;
mod list;
mod properties;
mod sas;
mod upload;
