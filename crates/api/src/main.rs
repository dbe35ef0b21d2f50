//! The `tutors` binary.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    // Before any TLS client is built: two providers in one tree would leave the choice open.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let command = api::cli::Cli::parse();
    match actix_web::rt::System::new().block_on(api::cli::run(command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            api::cli::complain(&error);
            ExitCode::FAILURE
        }
    }
}
