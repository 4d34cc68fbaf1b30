# An ORM with classes of the notebook over a database file; the engine is made in a setup cell.
# expect: equal
# %% [setup]
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

engine = create_engine("sqlite:///orders.db")
# %% [setup]
class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    city: Mapped[str]
    n: Mapped[int] = mapped_column(default=1)
# %%
Base.metadata.create_all(engine)
# %%
with Session(engine) as session:
    session.add_all([Order(city="Ulm", n=3), Order(city="Bonn")])
    session.commit()
# %%
with Session(engine) as session:
    rows = session.execute(select(Order.city, Order.n).order_by(Order.id)).all()
    names = [tuple(row) for row in rows]
print(names)
# %%
with Session(engine) as session:
    session.scalars(select(Order).where(Order.city == "Ulm")).one().n += 10
    session.commit()
# %%
with Session(engine) as session:
    print(session.scalar(select(func.sum(Order.n))), names)
