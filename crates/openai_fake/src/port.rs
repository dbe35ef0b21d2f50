//! The port: it accepts connections, or refuses them and stays ours.
//!
//! Linux refuses connections to a socket that is bound and doesn't listen, and gives its port to
//! nobody else. So the port can be shut and opened again without another process, or the client's
//! own end of a connection, slipping in.

use std::{future, io, net::SocketAddr, sync::Arc};

use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{mpsc, oneshot},
    task::{self, JoinSet},
};

use crate::{connection, fake::Fake};

/// As many connections may wait to be accepted.
const BACKLOG: u32 = 1024;

/// Tells whoever keeps the port what to do with it.
#[derive(Debug, Clone)]
pub struct Port(mpsc::UnboundedSender<Order>);

pub type Orders = mpsc::UnboundedReceiver<Order>;

#[derive(Debug)]
pub struct Order {
    wish: Wish,
    done: oneshot::Sender<io::Result<()>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Open,
    Shut,
    /// For good, with every connection.
    Close,
}

impl Port {
    pub fn new() -> (Self, Orders) {
        let (orders, received) = mpsc::unbounded_channel();
        (Self(orders), received)
    }

    pub async fn open(&self) -> io::Result<()> {
        self.order(Wish::Open).await
    }

    pub async fn shut(&self) -> io::Result<()> {
        self.order(Wish::Shut).await
    }

    pub async fn close(&self) -> io::Result<()> {
        self.order(Wish::Close).await
    }

    /// Returns when it is done.
    async fn order(&self, wish: Wish) -> io::Result<()> {
        let (done, is_done) = oneshot::channel();
        let gone = |_| io::Error::other("the fake has stopped");
        self.0.send(Order { wish, done }).map_err(|_| gone(()))?;
        is_done.await.map_err(|_| gone(()))?
    }
}

/// Accepts connections and obeys, until told to close.
pub async fn keep(listener: TcpListener, fake: Arc<Fake>, mut orders: Orders) -> io::Result<()> {
    let mut connections = JoinSet::new();
    let mut door = Door::new(listener)?;
    loop {
        tokio::select! {
            // Orders first: what is planned before a connection comes is meant for it.
            biased;
            order = orders.recv() => {
                let Some(Order { wish, done }) = order else { break };
                let obeyed = match wish {
                    Wish::Open => door.open(),
                    Wish::Shut => door.shut(),
                    Wish::Close => {
                        drop(door);
                        connections.shutdown().await;
                        let _ = done.send(Ok(()));
                        break;
                    }
                };
                let _ = done.send(obeyed);
            }
            _ = connections.join_next(), if !connections.is_empty() => {}
            stream = door.accept() => {
                // Decided as they come, so that connections take the plans in their order.
                let (is_ignored, refuses) = {
                    let mut faults = fake.faults();
                    (faults.next_is_silent(), faults.refuses())
                };
                if refuses {
                    door.shut()?;
                }
                if is_ignored {
                    connections.spawn(connection::ignore(stream, fake.clone()));
                } else {
                    connections.spawn(connection::serve(stream, fake.clone()));
                }
            }
        }
    }
    Ok(())
}

#[derive(Debug)]
struct Door {
    address: SocketAddr,
    listener: Option<TcpListener>,
    /// Bound, not listening: what keeps the port while there is no listener.
    placeholder: Option<TcpSocket>,
}

impl Door {
    fn new(listener: TcpListener) -> io::Result<Self> {
        Ok(Self {
            address: listener.local_addr()?,
            listener: Some(listener),
            placeholder: None,
        })
    }

    async fn accept(&self) -> TcpStream {
        while let Some(listener) = &self.listener {
            match listener.accept().await {
                Ok((stream, _)) => return stream,
                // The client was gone before it was accepted.
                Err(error) => log::debug!("no connection accepted: {error}"),
            }
            task::yield_now().await;
        }
        future::pending().await
    }

    fn open(&mut self) -> io::Result<()> {
        if self.listener.is_none() {
            self.listener = Some(self.bind()?.listen(BACKLOG)?);
            // It goes only now that its port has another owner.
            self.placeholder = None;
        }
        Ok(())
    }

    fn shut(&mut self) -> io::Result<()> {
        if self.listener.take().is_some() {
            self.placeholder = Some(self.bind()?);
        }
        Ok(())
    }

    fn bind(&self) -> io::Result<TcpSocket> {
        let socket = match self.address {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        // Listener and placeholder share the port for a moment.
        socket.set_reuseaddr(true)?;
        socket.bind(self.address)?;
        Ok(socket)
    }
}
